// @module-tag slow

import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { randomDelay } from '../../local/cloud.ts';
import { type ClientVersion, closeEngine, nextEvent, SWIFT, sessionOf } from '../support/clients.ts';
import { Device, text } from '../support/device.ts';
import { disconnected } from '../support/disconnect.ts';
import { befriend, credentials, macaw, rest, someone } from '../support/macaw.ts';

// Invocations start up to 150 ms late, so frames are often handled after the `$disconnect` that followed them.
const system = macaw({ invocationDelayMs: randomDelay(150, 20_261_125, 'Message', 'Disconnect', 'Handshake') });

const VISITS = 8;
const PENDING = 20;

const CLIENTS: readonly (readonly [ClientVersion, 'URL' | 'CONNECT payload'])[] = [
  ['1.4.8', 'URL'],
  ['3.1.3', 'URL'],
  ['3.1.3', 'CONNECT payload'],
  ['4.8.4', 'URL'],
  ['4.8.4', 'CONNECT payload'],
  [SWIFT, 'URL'],
];

describe.each(CLIENTS)('socket.io-client %s with its credentials in the %s', (version, way) => {
  const connect = (client: string) => {
    const auth = credentials({ client });
    return new Device(version, system.origin, {
      ...(way === 'URL' && { query: { auth: JSON.stringify(auth) } }),
      options: { reconnection: false, ...(way === 'CONNECT payload' && { auth }) },
    }).client;
  };

  it(`says something and disconnects 20 ms later, ${VISITS} times, and all of it is stored`, async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    const connections: string[] = [];
    const visit = async (n: number) => {
      const client = connect(tom);
      await nextEvent(client, 'connect', 15_000);
      client.emit('say', text(jerry, `visit ${n}`));
      await pause(20);
      connections.push(sessionOf(client));
      client.close();
    };
    await inTurns(VISITS, 5, visit);
    await disconnected(system.cloud, connections);
    expect(await stored(tom, jerry)).toEqual(numbered('visit', VISITS));
    expect((await rest(system.origin, 'GET', `/ctx/${tom}`)).body).toMatchObject({ sessions: 0 });
  }, 90_000);

  it(`ends its engine while ${PENDING} acknowledgements are pending, and every message is stored`, async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    const client = connect(tom);
    await nextEvent(client, 'login', 15_000);
    for (let n = 0; n < PENDING; n++) client.emit('say', text(jerry, `message ${n}`), () => undefined);
    const connection = sessionOf(client);
    closeEngine(client);
    await disconnected(system.cloud, [connection]);
    expect(await stored(tom, jerry)).toEqual(numbered('message', PENDING));
  }, 60_000);
});

async function inTurns(count: number, atOnce: number, work: (n: number) => Promise<void>): Promise<void> {
  const waiting = Array.from({ length: count }, (_, n) => n);
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let n = waiting.shift(); n !== undefined; n = waiting.shift()) await work(n);
    }),
  );
}

const numbered = (word: string, count: number) => Array.from({ length: count }, (_, n) => `${word} ${n}`).sort();

async function stored(one: string, other: string): Promise<string[]> {
  const { body } = await rest(system.origin, 'GET', `/ctx/${one}/friends/${other}/chats?limit=100`);
  return (body as { content: { body: string } }[]).map(({ content }) => content.body).sort();
}
