import { parse } from '../shared/parse.ts';
import { parseId } from '../shared/principal.ts';
import { TYPE } from '../shared/wire.ts';
import { checkSession, type Sender } from './check-session.ts';
import { deliver } from './delivery.ts';
import { moveReadPosition } from './read.ts';
import { ReadInput } from './read-input.ts';
import { withOwner } from './recipients.ts';

/**
 * Handles `read`. Moves the read position, and notifies the other devices of the reader and the other participant.
 * @returns resolves when all have been notified; never rejects
 * @throws ChatError 5001, 5003, 5004 or 5009: then nothing was changed
 */
export async function readEvent(sender: Sender, input: unknown, now: number) {
  const { connectionId, proof: _, ...reader } = sender;
  const { to, upTo } = parse(ReadInput, input, 'read');
  const address = { id: parseId(to.id, 'read.to.id'), type: to.type ?? TYPE.friend };
  const notices = await moveReadPosition({ reader, to: address, upTo }, now, (connections) =>
    checkSession(sender, withOwner(reader, connections), now),
  );
  return { delivered: notify() };

  async function notify(): Promise<void> {
    if (!notices) return;
    const { own, receipts } = notices;
    const others = own.connections.filter((id) => id !== connectionId);
    await Promise.all([
      deliver(withOwner(reader, others), own.event),
      ...receipts.map(({ to, connections, event }) => deliver(withOwner(to, connections), event)),
    ]);
  }
}
