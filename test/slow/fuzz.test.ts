import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import pMap from 'p-map';
import { beforeAll, expect, it } from 'vitest';
import { encodePayload } from '../../functions/protocol/index.ts';
import { AppSettings } from '../../functions/store/app-settings.ts';
import type { LogEntry } from '../../local/cloud.ts';
import { database } from '../support/database.ts';
import { credentials } from '../support/demo-app.ts';
import { Described } from '../support/described.ts';
import { text } from '../support/device.ts';
import { Dice } from '../support/dice.ts';
import { fuzzedFrame } from '../support/fuzz/frames.ts';
import { mutateText, storable } from '../support/fuzz/mutate.ts';
import { Requests } from '../support/fuzz/requests.ts';
import { Vocabulary } from '../support/fuzz/vocabulary.ts';
import { pollingRequest } from '../support/polling-client.ts';
import { RawClient } from '../support/raw.ts';
import { testApi } from '../support/test-api.ts';

const INPUTS = Number(process.env.MACAW_FUZZ_INPUTS ?? 1500);
const SEED = Number(process.env.MACAW_FUZZ_SEED ?? 20_261_126);

/** Inputs at the same time. */
const BATCH = 32;
/** The longest time for an answer, ms. A busy machine multiplies it. */
const LATE_MS = Number(process.env.MACAW_FUZZ_LATE_MS ?? 15_000);

const APP = 'fuzz';
const FAST = { messagesPerMinute: 1_000_000, messagesPerMinuteOfConnection: 1_000_000 };
const USERS = Array.from({ length: 8 }, (_, n) => `fuzz-user-${n}`);

const dice = new Dice(SEED);
const words = new Vocabulary(dice, USERS);

/** Applications whose settings were stored by other versions. */
const OLD = Object.fromEntries(
  Array.from({ length: 8 }, (_, n) => {
    const given: Record<string, unknown> = { ...FAST };
    for (const name of Object.keys(AppSettings.shape)) if (dice.chance(0.3)) given[name] = storable(dice);
    return [`${APP}-old-${n}`, { ...given, unknown: 1 }];
  }),
);

const failures = new Map<string, string>();
/** Keeps the first input of each kind of failure. */
function fail(kind: string, input: unknown): void {
  if (!failures.has(kind)) failures.set(kind, `${kind}: ${JSON.stringify(input)}`);
}

const system = database(() => ({ [APP]: FAST, ...OLD }), { log: inspectLog });
const { friends, call } = testApi(system);

/** Functions must neither fail nor log errors, whatever clients send. */
function inspectLog(entry: LogEntry): void {
  if (entry.kind !== 'output') {
    fail(`${entry.kind} ${'functionId' in entry ? entry.functionId : ''}`, entry);
    return;
  }
  for (const line of entry.text.split('\n')) {
    if (line.includes('"level":"ERROR"')) {
      const { message, error } = JSON.parse(line);
      fail(`${entry.functionId} logged ${message}: ${error?.name}: ${error?.message}`, error);
    } else if (line !== '' && !line.startsWith('{')) fail(`${entry.functionId} wrote a text`, line);
  }
}

let api: Described;
beforeAll(async () => {
  api = new Described(system.origin, (await (await fetch(`${system.origin}/openapi.json`)).json()) as never);
  await system.database.addUsers(APP, USERS);
  const headers = { 'X-ML-AppId': APP };
  for (const user of USERS) {
    for (const other of USERS)
      if (other < user) await call('POST', `/ctx/${user}/friends/${other}`, undefined, headers);
  }
  for (const kind of ['groups', 'rooms']) {
    words.learn((await call('POST', `/${kind}`, { owner: USERS[0], members: USERS }, headers)).body);
  }
  words.learn((await call('POST', '/passengers', {}, headers)).body);
});

const authOf = (client: string, id = APP) => JSON.stringify({ ...credentials({ client }), app: id });

/** Open sockets, which are opened again after a close. */
const sockets: (RawClient | undefined)[] = USERS.map(() => undefined);

async function socket(n: number): Promise<RawClient> {
  const open = sockets[n];
  if (open?.socket.readyState === open?.socket.OPEN && open) return open;
  const EIO = n % 2 ? '3' : '4';
  const client = await RawClient.connect(system.origin, { EIO, transport: 'websocket', auth: authOf(USERS[n] ?? '') });
  await client.until((frame) => frame.includes('"login"'), LATE_MS);
  client.socket.on('message', (data) => {
    const [, json = ''] = /^4[23]\/chat,\d*(\[.*)$/s.exec(String(data)) ?? [];
    if (json !== '') words.learn(JSON.parse(json));
  });
  sockets[n] = client;
  return client;
}

async function frame(): Promise<void> {
  const n = dice.below(USERS.length);
  const input = fuzzedFrame(dice, words);
  (await socket(n)).send(input);
}

async function polling(): Promise<void> {
  const eio = dice.chance(0.5) ? 3 : 4;
  const packets = Array.from({ length: 1 + dice.below(3) }, () => fuzzedFrame(dice, words));
  const body = encodePayload(eio, packets);
  const input = dice.chance(0.4) ? mutateText(dice, body) : body;
  const query = { auth: dice.chance(0.9) ? authOf(dice.one(USERS)) : mutateText(dice, authOf(dice.one(USERS))) };
  const opened = await pollingRequest(system.origin, eio, 'GET', query);
  const sid: unknown = opened.status === 200 ? JSON.parse(String(opened.packets[0]).slice(1)).sid : 'none';
  const sids = { ...query, sid: dice.chance(0.9) ? String(sid) : mutateText(dice, String(sid)) };
  const join = eio === 4 ? '40/chat,' : '40/chat';
  await pollingRequest(system.origin, eio, 'POST', sids, encodePayload(eio, [join]));
  const { status, body: answer } = await pollingRequest(system.origin, eio, 'POST', sids, input);
  if (status >= 500) fail(`polling answered ${status}`, { input, query, answer });
}

async function request(): Promise<void> {
  const id = dice.chance(0.9) ? APP : dice.one(Object.keys(OLD));
  const { template, url, ...init } = new Requests(api, dice, words, id).next();
  const response = await fetch(new URL(url, system.origin), { ...init, redirect: 'manual' });
  const content = await response.text();
  const { status } = response;
  const what = `${init.method} ${template}`;
  let body: unknown;
  try {
    body = content === '' ? undefined : JSON.parse(content);
  } catch {
    return fail(`${what} answered ${status} without JSON`, { url, ...init, content });
  }
  // "Not supported" is a documented answer.
  if (status >= 500 && status !== 501) return fail(`${what} answered ${status}`, { url, ...init, body });
  const wrong = api.contradiction(init.method, template, { status, body });
  if (wrong !== undefined) return fail(`${what} answered ${status} outside of its schema`, { url, ...init, wrong });
  words.learn(body);
}

async function one(): Promise<void> {
  const kind = dice.next();
  const start = performance.now();
  await (kind < 0.45 ? frame() : kind < 0.5 ? polling() : request());
  const ms = Math.round(performance.now() - start);
  if (ms > LATE_MS) fail('an answer was late', { kind, ms });
}

/** Attributes that items of earlier versions do not have. */
const LATER = [
  'attributes',
  'receipts',
  'message',
  'receipt',
  'changed',
  'recalled',
  'reply',
  'mentions',
  'cid',
  'w0',
  'w1',
];
const AGED = 10;

/** Stores some items as earlier and later versions do: without an attribute, or with an unknown one. */
async function storeOtherShapes(): Promise<void> {
  const { database } = system;
  const aged = (items: readonly Record<string, unknown>[]) => {
    const own = items.filter(({ pk }) => String(pk).startsWith(`${APP}#`));
    if (own.length === 0) return [];
    const chosen = new Map(
      Array.from({ length: AGED }, () => dice.one(own)).map((item) => [`${item.pk} ${item.sk}`, item]),
    );
    return [...chosen.values()].map((item) => ({ ...item, unknown: storable(dice), [dice.one(LATER)]: undefined }));
  };
  await database.addCore(aged(await database.core()));
  await database.addMessages(aged(await database.messages()));
}

const GC = (() => {
  setFlagsFromString('--expose_gc');
  return runInNewContext('gc') as () => void;
})();

function memory(): number {
  GC();
  const { heapUsed, external, rss } = process.memoryUsage();
  console.log(
    `heap ${(heapUsed / 1e6).toFixed(0)} MB, external ${(external / 1e6).toFixed(0)} MB, rss ${(rss / 1e6).toFixed(0)} MB`,
  );
  return heapUsed + external;
}

it(
  `${INPUTS} malformed inputs of seed ${SEED} break nothing`,
  async () => {
    const { jerry, toms, jerrys } = await friends();
    let before = Number.POSITIVE_INFINITY;
    for (let done = 0; done < INPUTS; done += BATCH) {
      await pMap(Array.from({ length: Math.min(BATCH, INPUTS - done) }), one, { concurrency: BATCH });
      await system.cloud.settled();
      if (done % (BATCH * 20) === 0) await storeOtherShapes();
      if (before === Number.POSITIVE_INFINITY && done >= INPUTS / 2) before = memory();
    }
    expect([...failures.values()].join('\n')).toBe('');
    expect(await toms.say(text(jerry, 'still here'))).toMatchObject({ success: true });
    expect(await jerrys.messages.at()).toMatchObject({ content: { body: 'still here' } });
    expect(memory()).toBeLessThan(before * 1.2);
  },
  60_000 + INPUTS * 100,
);
