import { close } from '../gateway/connections.ts';
import { post, postFirst } from '../gateway/sdk-posts.ts';
import { HandshakeJob } from '../jobs/handshake.ts';
import { logger } from '../observe/logger.ts';
import { count } from '../observe/metrics.ts';
import { observed } from '../observe/observed.ts';
import { connectFrame, MAIN_NAMESPACE, openFrame } from '../protocol/index.ts';
import { METRIC } from '../shared/constants.ts';
import { HEARTBEAT } from '../shared/heartbeat-times.ts';
import { MAX_PAYLOAD } from '../shared/wire.ts';

/**
 * Posts the Engine.IO open packet on a new connection. It also confirms the main namespace to Engine.IO 3 clients,
 * because they never request it. After a failure it closes the connection, so that the client reconnects. A client
 * cannot process a second handshake on the same connection.
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
