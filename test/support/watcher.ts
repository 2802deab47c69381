import type { ClientVersion } from './clients.ts';
import { Device } from './device.ts';

/** Somebody's device, and what it has been told of others' presence, in order: `online tom`. */
export async function watcher(
  version: ClientVersion,
  origin: string,
  login: string | Record<string, unknown>,
): Promise<{ device: Device; received: string[] }> {
  const device = await Device.login(version, origin, login);
  const received: string[] = [];
  for (const event of ['online', 'offline', 'online_x', 'offline_x']) {
    device.client.on(event, (id) => received.push(`${event} ${id}`));
  }
  return { device, received };
}
