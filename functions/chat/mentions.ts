import { ChatError, ERROR } from '../shared/errors.ts';
import { membership } from '../store/communities.ts';
import { lookup } from '../store/dynamo.ts';
import type { Message } from '../store/stored-message.ts';
import type { Audience } from './audience.ts';

/**
 * Checks that a message mentions only its receivers. Only in groups and rooms whose members are not listed, this takes a
 * read.
 * @throws ChatError 5001 that names another user
 */
export async function checkMentions(
  mentions: NonNullable<Message['mentions']>,
  { recipients }: Pick<Audience, 'recipients'>,
): Promise<void> {
  if (mentions === 'all') return;
  const receivers = 'range' in recipients ? await membersAmong(mentions, recipients.range) : listed(recipients);
  const other = mentions.find((id) => !receivers.has(id));
  if (other !== undefined) {
    throw new ChatError(ERROR.badParameter, `say.mentions: ${other} does not receive the message; expected receivers`);
  }
}

type Recipients = Audience['recipients'];

const listed = ({ recipients, away = [] }: Exclude<Recipients, { range: unknown }>): ReadonlySet<string> =>
  new Set([...recipients.flatMap(({ owner }) => (owner ? [owner.id] : [])), ...away.map(({ id }) => id)]);

async function membersAmong(
  ids: readonly string[],
  range: Extract<Recipients, { range: unknown }>['range'],
): Promise<ReadonlySet<string>> {
  if (range.kind !== 'members') return new Set();
  const found = await lookup(ids.map((id) => membership(range.community, id)));
  return new Set(ids.filter((_, n) => found[n]));
}
