import { expect, it } from 'vitest';
import { randomDelay } from '../../local/cloud.ts';
import { CLIENT_VERSIONS, type ClientVersion, eioOf, SWIFT, transportOf } from '../support/clients.ts';
import { Device } from '../support/device.ts';
import { credentials, macaw, rest, someone } from '../support/macaw.ts';

let delay: (functionId: string) => number = () => 0;
const system = macaw({ own: true, invocationDelayMs: (functionId) => delay(functionId) });

const VERSIONS: readonly ClientVersion[] = [...CLIENT_VERSIONS, SWIFT];
const COUNT = 200;
const PATIENCE_MS = 120_000;

it('200 clients with default options start at once, with late invocations, and each logs in once', async () => {
  delay = randomDelay(300, 20_261_126);
  const devices = Array.from({ length: COUNT }, (_, n) => {
    const version = VERSIONS[n % VERSIONS.length] ?? SWIFT;
    const id = someone();
    const auth = credentials({ client: id });
    const inPayload = eioOf(version) === 4 && n % 4 === 0;
    const connection = inPayload ? { options: { auth } } : { query: { auth: JSON.stringify(auth) } };
    return { id, device: new Device(version, system.origin, { ...connection, polling: true }) };
  });
  await Promise.all(devices.map(({ device }) => device.logins.at(0, PATIENCE_MS)));
  delay = () => 0;
  await system.cloud.settled();

  expect(devices.map(({ device }) => transportOf(device.client))).toEqual(devices.map(() => 'websocket'));
  expect(devices.map(({ device }) => device.logins.received)).toEqual(devices.map(({ id }) => [{ success: true, id }]));
  expect(system.cloud.connections()).toHaveLength(COUNT);
  const states = await Promise.all(devices.map(({ id }) => rest(system.origin, 'GET', `/ctx/${id}`)));
  expect(states.map(({ body }) => Object(body).sessions)).toEqual(devices.map(() => 1));
}, 180_000);
