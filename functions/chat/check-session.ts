import type { LoginProof } from '../auth/auth-payload.ts';
import { checkProof } from '../auth/login.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import { connectionOwner } from '../store/connections.ts';
import { lookup } from '../store/dynamo.ts';
import { checkStanding, standing } from '../store/standing.ts';
import type { OwnedConnection } from './recipients.ts';
import type { Speaker } from './say.ts';

export const notLoggedIn = () =>
  new ChatError(ERROR.notAuthorised, 'No user is logged in on this connection; join /chat first');

/** The sender of an event, and what their credentials in the URL rest on, if there are any. */
export interface Sender extends Speaker {
  readonly proof?: LoginProof | undefined;
}

/**
 * Refuses an event after the end of the session. Only the frames of a connection that has just opened or closed need a
 * read for this. If a frame is handled before the join, its credentials in the URL are checked again.
 * @param connections the registered connections of the sender
 * @param now epoch ms
 * @throws ChatError 5003
 */
export async function checkSession(
  { connectionId, proof, ...principal }: Sender,
  connections: readonly Pick<OwnedConnection, 'connectionId'>[],
  now: number,
): Promise<void> {
  if (connections.some((connection) => connection.connectionId === connectionId)) return;
  const owner = await connectionOwner(connectionId);
  if (owner === 'ended' || !(owner || proof)) throw notLoggedIn();
  if (owner || !proof) return;
  const [found] = await lookup([standing(principal)]);
  checkStanding(found, principal.id, now);
  await checkProof(principal, proof, now);
}
