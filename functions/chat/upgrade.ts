import { count } from '../observe/metrics.ts';
import { PING, UPGRADE } from '../protocol/index.ts';
import { METRIC } from '../shared/constants.ts';
import { readSid } from '../shared/sid.ts';
import { markProbed, type UpgradedSocket, upgradeSession } from '../store/polling-sessions.ts';

/** With this ping, a client tests a WebSocket connection before it leaves long-polling. */
const PROBE = `${PING}probe`;

/**
 * The frames to handle for one frame of a connection that continues a session. Everything that the client posted comes before
 * the upgrade. Later frames may be handled at the same time, as on every connection.
 * @param arrival when the frame reached the gateway, epoch ms
 * @returns undefined if the session cannot continue on this connection
 */
export async function upgradeFrames(
  sid: string,
  socket: UpgradedSocket,
  frame: string,
  arrival: number,
): Promise<readonly string[] | undefined> {
  const session = readSid(sid);
  if (!session) return undefined;
  if (frame === PROBE) return (await markProbed(session, arrival)) ? [frame] : undefined;
  if (frame !== UPGRADE) return [frame];
  const upgraded = await upgradeSession(session, socket, arrival);
  if (upgraded) count(METRIC.pollingUpgrades);
  return upgraded && [...upgraded.packets, frame];
}
