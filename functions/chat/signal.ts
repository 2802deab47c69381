import { logger } from '../observe/logger.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import { serverEvent } from '../shared/event.ts';
import { parse } from '../shared/parse.ts';
import { parseId } from '../shared/principal.ts';
import { TYPE } from '../shared/wire.ts';
import { admit } from './audience.ts';
import { checkSession, type Sender } from './check-session.ts';
import { fanOut } from './fan-out.ts';
import { SignalInput } from './signal-input.ts';

/** Maximum size of the data as JSON, in bytes. */
const DATA_BYTES = 1024;

/**
 * Handles `signal`: sends it to the connected devices of the receivers. It is neither stored nor pushed.
 * @returns resolves when it is sent; never rejects
 * @throws ChatError 5001, 5003, 5004 or 5010
 */
export async function signal(sender: Sender, input: unknown, now: number): Promise<{ delivered: Promise<void> }> {
  const { connectionId: _, proof: __, ...principal } = sender;
  const { to, name, data } = parse(SignalInput, input, 'signal');
  const bytes = data === undefined ? 0 : Buffer.byteLength(JSON.stringify(data));
  if (bytes > DATA_BYTES) {
    throw new ChatError(ERROR.tooLong, `signal.data: ${bytes} bytes as JSON; at most ${DATA_BYTES} are allowed`);
  }
  const audience = await admit(principal, parseId(to.id, 'signal.to.id'), to.type ?? TYPE.friend);
  await checkSession(sender, audience.speakerConnections, now);
  const from = { id: principal.id, ...audience.senderView };
  const event = serverEvent('signal', { from, name, ...(data !== undefined && { data }) });
  const delivered = fanOut({ app: principal.app, event, priority: 'notice' }, audience.recipients);
  return { delivered: delivered.catch((error) => logger.error('Delivery of a signal incomplete', { error })) };
}
