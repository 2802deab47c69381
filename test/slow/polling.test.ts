import { expect, it } from 'vitest';
import { randomDelay } from '../../local/cloud.ts';
import { CLIENT_VERSIONS, type ClientVersion, SWIFT, transportOf } from '../support/clients.ts';
import { Device } from '../support/device.ts';
import { credentials, macaw, rest, someone } from '../support/macaw.ts';

const CLIENTS = 200;
const VERSIONS: readonly ClientVersion[] = [...CLIENT_VERSIONS, SWIFT];

const system = macaw({ invocationDelayMs: randomDelay(300, 20_261_126) });

it(`${CLIENTS} clients that start with long-polling at once log in once each`, async () => {
  const devices = Array.from({ length: CLIENTS }, (_, n) => {
    const auth = JSON.stringify(credentials({ client: someone() }));
    return new Device(VERSIONS[n % VERSIONS.length] ?? SWIFT, system.origin, { polling: true, query: { auth } });
  });
  await Promise.all(devices.map(({ logins }) => logins.at(0, 120_000)));
  await system.cloud.settled();
  expect(devices.map(({ logins }) => logins.received)).toEqual(
    devices.map(() => [expect.objectContaining({ success: true })]),
  );
  expect(new Set(devices.map(({ client }) => transportOf(client)))).toEqual(new Set(['websocket']));
  for (const { logins } of devices) {
    const { id } = Object(logins.received[0]);
    expect((await rest(system.origin, 'GET', `/ctx/${id}`)).body).toMatchObject({ sessions: 1 });
  }
}, 180_000);
