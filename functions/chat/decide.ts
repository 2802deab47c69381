import type { Principal } from '../shared/principal.ts';
import type { Type } from '../shared/wire.ts';
import type { Readable } from '../store/stored-message.ts';
import { askBefore } from '../webhooks/before.ts';

/** The part of a message that webhooks decide on. */
interface Draft {
  readonly to: { readonly id: string; readonly type: Type };
  readonly content: Readable['content'];
  readonly remark: string | undefined;
  /** The id of the message, in an edit. */
  readonly edits?: string;
}

/**
 * Lets the webhooks of the application allow, refuse or change a message, or an edit of one.
 * @throws Forbidden 5003 when one refuses it
 */
export async function decideOnMessage<T extends Draft>({ app, kind, id }: Principal, draft: T): Promise<T> {
  const { to, content, remark, edits } = draft;
  const asked = { from: { id, visitor: kind === 'visitor' }, to, content, remark, edits };
  const changed = await askBefore(app, 'message', asked);
  return { ...draft, ...changed, remark: changed.remark === undefined ? remark : (changed.remark ?? undefined) };
}
