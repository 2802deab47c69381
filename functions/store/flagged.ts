import * as z from 'zod/mini';
import { ENV, EXPIRES, FLAGGED_DAYS, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { timeOf } from '../shared/message-id.ts';
import { PrincipalKind } from '../shared/principal.ts';
import { TYPE } from '../shared/wire.ts';
import { dynamo, query } from './dynamo.ts';

/** Read on use, because functions that share the chat without sending messages have no such table. */
const table = () => requireEnv(ENV.adminTable);

const partition = (app: string) => `${app}#flagged`;

const Stored = z.object({
  speaker: z.object({ id: z.string(), kind: PrincipalKind }),
  to: z.object({ id: z.string(), type: z.number() }),
  /** A copy, because rooms store no messages, and others expire earlier. */
  body: z.string(),
  /** The banned words in it, as they are configured. */
  words: z.array(z.string()),
});

/** A message with banned words, for the operator. */
export interface FlaggedMessage extends z.output<typeof Stored> {
  /** The id of the message. */
  readonly id: string;
}

export async function storeFlagged(app: string, { id, ...message }: FlaggedMessage): Promise<void> {
  const expires = Math.ceil(timeOf(id) / 1000) + FLAGGED_DAYS * 24 * 60 * 60;
  const Item = { [PARTITION_KEY]: partition(app), [SORT_KEY]: id, ...message, [EXPIRES]: expires };
  await dynamo.put({ TableName: table(), Item });
}

/**
 * A page of the flagged messages, the latest first.
 * @param before only messages before this id
 * @returns the page, and the `before` of the next one if there is one
 */
export async function listFlagged(
  app: string,
  { before, limit }: { before: string | undefined; limit: number },
): Promise<{ messages: FlaggedMessage[]; next: string | undefined }> {
  const { Items = [], LastEvaluatedKey } = await dynamo.query({
    TableName: table(),
    KeyConditionExpression: `#pk = :pk${before === undefined ? '' : ' AND #sk < :before'}`,
    ExpressionAttributeNames: { '#pk': PARTITION_KEY, ...(before !== undefined && { '#sk': SORT_KEY }) },
    ExpressionAttributeValues: { ':pk': partition(app), ...(before !== undefined && { ':before': before }) },
    ScanIndexForward: false,
    Limit: limit + 1,
  });
  const messages = Items.slice(0, limit).map((item) => ({ id: String(item[SORT_KEY]), ...Stored.parse(item) }));
  return { messages, next: Items.length > limit || LastEvaluatedKey ? messages.at(-1)?.id : undefined };
}

/** Removes a message from the list. One that is not there is not an error. */
export async function removeFlagged(app: string, id: string): Promise<void> {
  await dynamo.delete({ TableName: table(), Key: { [PARTITION_KEY]: partition(app), [SORT_KEY]: id } });
}

/** Removes all flagged messages of a user, and those to them. */
export async function removeFlaggedOf(app: string, user: string): Promise<void> {
  const found = query({
    TableName: table(),
    KeyConditionExpression: '#pk = :pk',
    FilterExpression:
      '(#speaker.id = :user AND #speaker.kind = :kind) OR (#to.id = :user AND #to.#type IN (:friend, :stranger))',
    ProjectionExpression: '#sk',
    ExpressionAttributeNames: {
      '#pk': PARTITION_KEY,
      '#sk': SORT_KEY,
      '#speaker': 'speaker',
      '#to': 'to',
      '#type': 'type',
    },
    ExpressionAttributeValues: {
      ':pk': partition(app),
      ':user': user,
      ':kind': 'user',
      // A visitor addresses users as friends.
      ':friend': TYPE.friend,
      ':stranger': TYPE.stranger,
    },
  });
  for await (const item of found) await removeFlagged(app, String(item[SORT_KEY]));
}
