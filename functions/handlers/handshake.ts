import { close, post, postFirst } from '../gateway/connections.ts';
import { HandshakeJob } from '../jobs/handshake.ts';
import { logger } from '../observe/logger.ts';
import { count } from '../observe/metrics.ts';
import { observed } from '../observe/observed.ts';
import { connectFrame, MAIN_NAMESPACE, openFrame } from '../protocol/index.ts';
import { METRIC } from '../shared/constants.ts';
import { HEARTBEAT } from '../shared/heartbeat-times.ts';

/** A stock client sends a message as one frame, and API Gateway accepts frames of at most 32 KB. */
const MAX_PAYLOAD = 32 * 1024;

/**
 * Posts the Engine.IO open packet on a new connection, and confirms the main namespace to Engine.IO 3 clients, which never
 * ask for it. If that fails, the connection is closed and the client reconnects: a second handshake on the same connection
 * would confuse it.
 */
export const handler = observed(async (event: unknown): Promise<void> => {
  const { connectionId, eio } = HandshakeJob.parse(event);
  try {
    const open = openFrame(eio, { sid: connectionId, ...HEARTBEAT, maxPayload: MAX_PAYLOAD });
    if ((await postFirst(connectionId, open)) === 'gone') return;
    if (eio === 3) await post(connectionId, connectFrame(eio, MAIN_NAMESPACE, connectionId));
  } catch (error) {
    count(METRIC.loginsFailed);
    logger.error('Handshake failed', { error });
    await close(connectionId);
  }
});
