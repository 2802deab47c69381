import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import type { Cloud } from '../../local/cloud.ts';
import { befriend, credentials, rest, someone } from '../../test/support/demo-app.ts';
import { liftRateLimits } from '../rate-limits.ts';
import { Measured, type Plan } from './plan.ts';

export interface Load {
  readonly pairs: number;
  readonly rooms: number;
  readonly members: number;
  readonly rounds: number;
  readonly seconds: number;
  /** Messages before the measurement, so that functions and database connections are warm. */
  readonly warmUpSeconds: number;
}

const child = (file: string, ...args: string[]) =>
  fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv: ['--import', 'tsx'] });

/**
 * Measures Macaw and a plain socket.io server, with clients in a process of their own. It lifts the rate limits
 * of the application.
 * @param database the DynamoDB endpoint for both
 */
export async function measureLoad(cloud: Cloud, database: URL, load: Load): Promise<Measured[]> {
  const bare = child('./bare.ts', database.href);
  const clients = child('./clients.ts');
  const ended = async (): Promise<never> => {
    await once(clients, 'exit');
    throw new Error('The client process ended without a result');
  };
  try {
    const [bareUrl] = await once(bare, 'message');
    await liftRateLimits(cloud);
    clients.send(await plan(cloud, String(bareUrl), load));
    const [measured] = await Promise.race([once(clients, 'message'), ended()]);
    return z.array(Measured).parse(measured);
  } finally {
    for (const process of [bare, clients]) process.kill();
  }
}

/** The scenarios: pairs of friends, and rooms with one speaker each. */
async function plan(cloud: Cloud, bareUrl: string, load: Load): Promise<Plan> {
  const pairs = Array.from({ length: load.pairs }, (): [string, string] => [someone(), someone()]);
  await Promise.all(pairs.map(([one, other]) => befriend(cloud.origin, one, other)));
  const rooms = Array.from({ length: load.rooms }, () => ({
    members: Array.from({ length: load.members }, () => someone()),
    id: '',
  }));
  const witness = someone();
  for (const room of rooms) {
    // Friend requests create the users.
    for (const member of room.members) await befriend(cloud.origin, witness, member);
    const { body } = await rest(cloud.origin, 'POST', '/rooms', { body: { members: room.members } });
    room.id = z.string().parse(body);
  }
  const everybody = [...pairs.flat(), ...rooms.flatMap(({ members }) => members)];
  const roomsOf = (user: string) => rooms.filter(({ members }) => members.includes(user)).map(({ id }) => id);
  const by = (auth: (user: string) => Record<string, unknown>) =>
    Object.fromEntries(everybody.map((user) => [user, auth(user)]));
  return {
    targets: [
      { name: 'Macaw, local cloud', url: cloud.origin, auth: by((client) => credentials({ client })) },
      { name: 'bare socket.io', url: bareUrl, auth: by((client) => ({ client, rooms: roomsOf(client) })) },
    ],
    scenarios: [
      {
        name: `${load.pairs} pairs of friends`,
        speakers: pairs.map(([user, other]) => ({ user, to: { id: other, type: 0 }, hearers: [other] })),
      },
      {
        name: `${load.rooms} rooms of ${load.members}`,
        speakers: rooms.map(({ id, members: [user = '', ...hearers] }) => ({ user, to: { id, type: 2 }, hearers })),
      },
    ],
    rounds: load.rounds,
    seconds: load.seconds,
    warmUpSeconds: load.warmUpSeconds,
  };
}
