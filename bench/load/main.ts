import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { startCloud } from '../../local/cloud.ts';
import { startEmulator } from '../../local/dynamodb/emulator.ts';
import { DEMO } from '../../scripts/demo.ts';
import { synthesize } from '../../scripts/synth.ts';
import { app, befriend, credentials, rest, someone } from '../../test/support/demo-app.ts';
import { Measured, type Plan } from './plan.ts';
import { table } from './table.ts';

const PAIRS = 20;
const ROOMS = 4;
const MEMBERS = 50;
const ROUNDS = Number(process.env.MACAW_LOAD_ROUNDS ?? 3);
const SECONDS = Number(process.env.MACAW_LOAD_SECONDS ?? 10);

/** Disables rate limits. */
const FAST = { messagesPerMinute: 1e9, messagesPerMinuteOfConnection: 1e9 };

const child = (file: string, ...args: string[]) =>
  fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv: ['--import', 'tsx'] });

const users = (count: number) => Array.from({ length: count }, () => someone());

const assembly = mkdtempSync(join(tmpdir(), 'macaw-load-'));
await synthesize(assembly);
const emulator = await startEmulator(undefined);
const cloud = await startCloud({ assembly, ...DEMO, database: emulator.endpoint });
const bare = child('./bare.ts', emulator.endpoint.href);
const clients = child('./clients.ts');
try {
  const [bareUrl] = await once(bare, 'message');
  await allowFast();
  clients.send(await plan(String(bareUrl)));
  const [measured] = await Promise.race([once(clients, 'message'), ended()]);
  console.log(table(z.array(Measured).parse(measured)));
} finally {
  for (const process of [bare, clients]) process.kill();
  await cloud.stop();
  await emulator.stop();
  rmSync(assembly, { recursive: true, force: true });
}

async function ended(): Promise<never> {
  await once(clients, 'exit');
  throw new Error('The client process ended without a result');
}

async function allowFast(): Promise<void> {
  const client = new DynamoDBClient({
    endpoint: emulator.endpoint.href,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const { id, clientKey, masterKey } = app;
  const Item = { pk: `app#${id}`, sk: 'app', clientKey, masterKey, ...FAST };
  await DynamoDBDocumentClient.from(client).send(new PutCommand({ TableName: cloud.outputs.CoreTable, Item }));
  client.destroy();
}

/** The scenarios: pairs of friends, and rooms with one speaker each. */
async function plan(bareUrl: string): Promise<Plan> {
  const pairs = Array.from({ length: PAIRS }, (): [string, string] => [someone(), someone()]);
  await Promise.all(pairs.map(([one, other]) => befriend(cloud.origin, one, other)));
  const rooms = await Promise.all(Array.from({ length: ROOMS }, async () => ({ members: users(MEMBERS), id: '' })));
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
        name: `${PAIRS} pairs of friends`,
        speakers: pairs.map(([user, other]) => ({ user, to: { id: other, type: 0 }, hearers: [other] })),
      },
      {
        name: `${ROOMS} rooms of ${MEMBERS}`,
        speakers: rooms.map(({ id, members: [user = '', ...hearers] }) => ({ user, to: { id, type: 2 }, hearers })),
      },
    ],
    rounds: ROUNDS,
    seconds: SECONDS,
  };
}
