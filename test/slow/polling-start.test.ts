import { Agent } from 'node:http';
import pMap from 'p-map';
import { afterAll, expect, it } from 'vitest';
import { randomDelay } from '../../local/cloud.ts';
import { CLIENT_VERSIONS, type ClientVersion, eioOf, transportOf } from '../support/clients.ts';
import { Device } from '../support/device.ts';
import { credentials, macaw, rest, someone } from '../support/macaw.ts';

let delay: (functionId: string) => number = () => 0;
const system = macaw({ own: true, invocationDelayMs: (functionId) => delay(functionId) });

/** Swift clients start anew every 10 seconds. On a busy machine, that can be too soon for each attempt. */
const VERSIONS: readonly ClientVersion[] = CLIENT_VERSIONS;
const COUNT = 200;
/** Busy machines let clients fail and start again. */
const PATIENCE_MS = 300_000;

/**
 * Clients use connections again, as browsers do. By default, Node.js opens one per request, and accepts only one per turn of
 * the event loop.
 */
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
afterAll(() => agent.destroy());

it(
  '200 clients with default transports start at once, with late invocations, and each logs in once',
  async () => {
    delay = randomDelay(300, 20_261_126);
    const devices = Array.from({ length: COUNT }, (_, n) => {
      const version = VERSIONS[n % VERSIONS.length] ?? '4.8.4';
      const id = someone();
      const auth = credentials({ client: id });
      const inPayload = eioOf(version) === 4 && n % 4 === 0;
      const login = inPayload
        ? { options: { agent, auth } }
        : { query: { auth: JSON.stringify(auth) }, options: { agent } };
      return { id, device: new Device(version, system.origin, { ...login, polling: true }) };
    });
    const sessions = () =>
      pMap(devices, async ({ id }) => Object((await rest(system.origin, 'GET', `/ctx/${id}`)).body).sessions, {
        concurrency: 4,
      });
    const each = <T>(value: T): T[] => devices.map(() => value);

    await Promise.all(devices.map(({ device }) => device.logins.at(0, PATIENCE_MS)));
    delay = () => 0;
    await system.cloud.settled();
    expect(devices.map(({ device }) => transportOf(device.client))).toEqual(each('websocket'));
    expect(devices.map(({ device }) => device.logins.received)).toEqual(
      devices.map(({ id }) => [{ success: true, id }]),
    );
    expect(system.cloud.connections()).toHaveLength(COUNT);
    expect(await sessions()).toEqual(each(1));

    for (const { device } of devices) device.close();
    await expect.poll(() => system.cloud.connections(), { timeout: PATIENCE_MS }).toEqual([]);
    await system.cloud.settled();
    expect(await sessions()).toEqual(each(0));
  },
  2 * PATIENCE_MS,
);
