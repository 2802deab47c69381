import type { ClientVersion } from './clients.ts';
import { Device } from './device.ts';

/** A device, and its received presence events in order: `online tom`. */
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
