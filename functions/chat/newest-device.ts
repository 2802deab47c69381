import { logger } from '../observe/logger.ts';
import { isUser, type Principal } from '../shared/principal.ts';
import { findApp } from '../store/apps.ts';
import { deviceOf } from '../store/connection-sessions.ts';
import { connectionsOf } from '../store/devices.ts';
import { lookup } from '../store/dynamo.ts';
import { installation } from '../store/installations.ts';
import { kick } from './kick.ts';

/**
 * The kind of the device that logs in, if only the newest device of each kind stays connected. It is that of the
 * installation; browsers, and apps that gave none, are one kind.
 * @param install the installation that logs in
 */
export async function deviceKind(principal: Principal, install: string | undefined): Promise<string | undefined> {
  const app = await findApp(principal.app);
  if (app?.devices !== 'newest' || !isUser(principal)) return undefined;
  const [found] = install === undefined ? [] : await lookup([installation(principal.app, install)]);
  return found?.deviceType ?? 'other';
}

/**
 * Disconnects all devices of a kind but the newest. Of several that log in at the same time, the same one stays for all
 * of them. Never rejects: the login has succeeded.
 */
export async function keepNewest(user: Principal, kind: string | undefined): Promise<void> {
  if (kind === undefined) return;
  try {
    const [connections] = await lookup([connectionsOf(user)], { consistent: true });
    const devices = await lookup(connections.map(deviceOf), { consistent: true });
    const alike = connections
      .map((id, n) => ({ id, kind: devices[n]?.device, since: devices[n]?.since ?? 0 }))
      .filter((device) => device.kind === kind)
      .sort((a, b) => b.since - a.since || (a.id < b.id ? 1 : -1));
    await kick(
      user,
      alike.slice(1).map(({ id }) => id),
      { reason: 'replaced' },
    );
  } catch (error) {
    logger.error('Older devices not disconnected', { error });
  }
}
