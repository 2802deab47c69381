import { close } from '../gateway/connections.ts';
import { sessionsOf } from '../store/connection-sessions.ts';
import { connectionsOf } from '../store/devices.ts';
import { lookup } from '../store/dynamo.ts';
import { endSession } from './session.ts';

/** Ends a session, and closes the connections that belong to it. Those of other sessions of the account stay open. */
export async function logOut(app: string, token: string): Promise<void> {
  const session = await endSession(app, token);
  if (!session) return;
  const [connections] = await lookup([connectionsOf({ app, kind: 'user', id: session.account })]);
  const sessions = await lookup(connections.map(sessionsOf));
  const own = connections.filter((_, n) => sessions[n]?.has(session.hash));
  await Promise.all(own.map(close));
}
