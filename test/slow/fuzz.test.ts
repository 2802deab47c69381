import pMap from 'p-map';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { AFTER, BEFORE } from '../../functions/shared/webhook-events.ts';
import { AppSettings } from '../../functions/store/app-settings.ts';
import { DEMO } from '../../scripts/demo.ts';
import { Database } from '../support/database.ts';
import { app, credentials, rest } from '../support/demo-app.ts';
import { Described } from '../support/described.ts';
import { Dice } from '../support/dice.ts';
import { Durations } from '../support/fuzz/durations.ts';
import { Failures } from '../support/fuzz/failures.ts';
import { fuzzedFrame, fuzzedPacket } from '../support/fuzz/frames.ts';
import { GENERATIONS, type Generation } from '../support/fuzz/generations.ts';
import { memory } from '../support/fuzz/memory.ts';
import { mutateText, storable } from '../support/fuzz/mutate.ts';
import { fuzzedPayload } from '../support/fuzz/payloads.ts';
import { Requests } from '../support/fuzz/requests.ts';
import { sendRequest } from '../support/fuzz/send.ts';
import { FuzzSocket } from '../support/fuzz/socket.ts';
import { AGED_TABLES, otherShape } from '../support/fuzz/stored.ts';
import { Vocabulary } from '../support/fuzz/vocabulary.ts';
import { WebhookAnswers } from '../support/fuzz/webhook-answers.ts';

const INPUTS = Number(process.env.MACAW_FUZZ_INPUTS ?? 5000);
const SEED = Number(process.env.MACAW_FUZZ_SEED ?? 20_261_126);

/** Inputs between two pauses, in which nothing else runs. */
const BATCH = 64;
/** Inputs at the same time, and environments of each function. More would only start more of them. */
const AT_ONCE = 8;
const ENVIRONMENTS = 2;
/** Batches until items change to other shapes, and users who were deleted or banned meanwhile exist again. */
const RENEWED = 6;
/** Changed items of each table. */
const AGED = 6;
/** Batches between two reports. */
const REPORTED = 50;
/** The share of the inputs after which all functions run and the memory is measured. */
const WARM = 0.4;

const FAST = { messagesPerMinute: 1_000_000, messagesPerMinuteOfConnection: 1_000_000 };
const APP = 'fuzz';
/** Its clients use long-polling without an upgrade. */
const POLLING = 'fuzz-polling';
/** Its webhooks give random answers. */
const HOOKED = 'fuzz-hooked';
const USERS = Array.from({ length: 10 }, (_, n) => `fuzz-user-${n}`);

const dice = new Dice(SEED);
const words = new Vocabulary(dice, USERS);
const hookedWords = new Vocabulary(dice, USERS);
const failures = new Failures();
const durations = new Durations(failures);
const answers = new WebhookAnswers(dice);
const generations = Object.values(GENERATIONS);

/** Applications whose settings were stored by other versions. */
const OLD = Object.fromEntries(
  Array.from({ length: 8 }, (_, n) => {
    const given: Record<string, unknown> = { ...FAST };
    for (const name of Object.keys(AppSettings.shape)) if (dice.chance(0.3)) given[name] = storable(dice);
    return [`${APP}-old-${n}`, { ...given, unknown: 1 }];
  }),
);

/** Requests after which most others of the application are refused. */
const isStrong = (path: string) => ['/settings', '/words'].includes(path);
/** Requests that ask webhooks, or test them. */
const isAsking = (path: string) =>
  ['/ctx/{id}/friends', '/ctx/{id}/friends/{fid}', '/groups/{id}/members/{uid}', '/webhooks/{id}/test'].includes(
    path,
  ) || /^\/(groups|rooms)$|\/members$/.test(path);

let database: Database;
let origin: string;
let api: Described;
let requests: Record<'ordinary' | 'asking', Requests>;
let old: readonly Requests[];

const call = (id: string, method: string, path: string, body?: unknown) =>
  rest(origin, method, path, { body, headers: { 'X-ML-AppId': id, 'X-ML-MasterKey': app.masterKey } });

beforeAll(async () => {
  await answers.start();
  database = await Database.start(inject('assembly'), {
    parameters: { ...DEMO.parameters, Webhooks: 'true' },
    concurrency: ENVIRONMENTS,
    log: (entry) => failures.inspectLog(entry),
    retryDelayMs: () => 10,
    queueDelayMs: (_, delayMs) => Math.min(delayMs, 50),
  });
  origin = database.cloud.origin;
  api = new Described(origin, (await (await fetch(`${origin}/openapi.json`)).json()) as never);
  const apps = { [APP]: FAST, [POLLING]: { ...FAST, polling: 'full' }, [HOOKED]: FAST, ...OLD };
  for (const [id, settings] of Object.entries(apps)) await database.addApp(id, settings);
  for (const [id, vocabulary] of [
    [APP, words],
    [HOOKED, hookedWords],
  ] as const) {
    await database.addUsers(id, USERS);
    for (const user of USERS)
      await call(
        id,
        'POST',
        `/ctx/${user}/friends`,
        USERS.filter((other) => other < user),
      );
    for (const kind of ['groups', 'rooms']) {
      vocabulary.learn((await call(id, 'POST', `/${kind}`, { owner: USERS[0], members: USERS })).body);
    }
    vocabulary.learn((await call(id, 'POST', '/passengers', {})).body);
  }
  for (const onFailure of ['allow', 'refuse']) {
    const { body } = await call(HOOKED, 'POST', '/webhooks', {
      url: answers.url(`/${onFailure}`),
      events: AFTER,
      before: BEFORE,
      onFailure,
    });
    hookedWords.learn(Object(body).id);
  }
  requests = {
    ordinary: new Requests(api, dice, words, APP, (path) => !isStrong(path)),
    asking: new Requests(api, dice, hookedWords, HOOKED, isAsking),
  };
  old = Object.keys(OLD).map((id) => new Requests(api, dice, words, id));
}, 120_000);
afterAll(async () => {
  await database?.stop();
  answers.stop();
});

const authOf = (client: string, id: string) => JSON.stringify({ ...credentials({ client }), app: id });

/** The connections of the users, which are opened again after a close. */
const sockets = new Map<string, Promise<FuzzSocket | undefined>>();

/** The connection of a user. Undefined while the server refuses the user. */
async function socketOf(id: string, n: number): Promise<FuzzSocket | undefined> {
  const key = `${id} ${n}`;
  const known = sockets.get(key);
  const open = await known;
  if (open?.isOpen) return open;
  if (sockets.get(key) !== known) return sockets.get(key);
  const vocabulary = id === APP ? words : hookedWords;
  const opening = FuzzSocket.login(origin, generationOf(n), authOf(USERS[n] ?? '', id), (content) => {
    if (typeof content === 'string' && content.startsWith('{')) failures.add('API Gateway sent an error', content);
    else if (dice.chance(0.1)) vocabulary.learn(content);
  });
  sockets.set(key, opening);
  return opening;
}

const generationOf = (n: number): Generation => generations[n % generations.length] as Generation;

async function sendFrame(id: string): Promise<void> {
  const n = dice.below(USERS.length);
  const frame = fuzzedFrame(dice, id === APP ? words : hookedWords, generationOf(n));
  const binary = Buffer.isBuffer(frame.data) && dice.chance(0.3);
  const content = Buffer.isBuffer(frame.data) ? frame.data.toString('latin1') : frame.data;
  const socket = await socketOf(id, n);
  await durations.run({
    what: 'a frame',
    content,
    run: async () => (socket?.isOpen ? socket : await socketOf(id, n))?.send(frame, binary),
  });
}

async function polling(): Promise<void> {
  const generation = dice.one(generations);
  const { eio } = generation;
  const id = dice.chance(0.5) ? APP : POLLING;
  const packets = Array.from({ length: 1 + dice.below(3) }, () => fuzzedPacket(dice, words, generation));
  const auth = dice.chance(0.9) ? authOf(dice.one(USERS), id) : mutateText(dice, authOf(dice.one(USERS), id));
  const query = { EIO: String(eio), transport: 'polling', auth: auth.toWellFormed() };
  const ask = async (method: string, more: object, body?: string | Buffer, type = 'text/plain;charset=UTF-8') => {
    const url = `/socket.io/?${new URLSearchParams({ ...query, ...more })}`;
    const input = { method, url, ...(body !== undefined && { body, headers: { 'content-type': type } }) };
    let text = '';
    await durations.run({
      what: `polling with ${method}`,
      content: input,
      run: async () => {
        const answer = await sendRequest(origin, input);
        text = answer.text;
        if (answer.status >= 500) failures.add(`polling answered ${answer.status}`, { ...input, answer });
      },
    });
    return text;
  };
  const [, opened = 'none'] = /"sid":"([^"]+)"/.exec(await ask('GET', {})) ?? [];
  const sid = dice.chance(0.9) ? opened : mutateText(dice, opened).toWellFormed();
  await ask('POST', { sid }, eio === 4 ? '40/chat,' : '7:40/chat');
  const { body, type } = fuzzedPayload(dice, eio, packets);
  await ask('POST', { sid }, body, type);
  if (dice.chance(0.5)) await ask('GET', { sid });
}

async function request(from: Requests): Promise<void> {
  const { template, ...sent } = from.next();
  const what = `${sent.method} ${template}`;
  const learning = from === requests.asking ? hookedWords : words;
  await durations.run({
    what,
    content: sent,
    async run() {
      const { status, text } = await sendRequest(origin, sent);
      let body: unknown;
      try {
        body = text === '' ? undefined : JSON.parse(text);
      } catch {
        return failures.add(`${what} answered ${status} without JSON`, { ...sent, text });
      }
      // "Not supported" is a documented answer.
      if (status >= 500 && status !== 501) return failures.add(`${what} answered ${status}`, { ...sent, body });
      const wrong = api.contradiction(sent.method, template, { status, body });
      if (wrong !== undefined) failures.add(`${what} answered ${status} outside of its schema`, { ...sent, wrong });
      else learning.learn(body);
    },
  });
}

/** Stores items as earlier and later versions do, when nothing else runs. */
async function storeOtherShapes(): Promise<void> {
  for (const table of AGED_TABLES) {
    const found = await database.sample(table, 50, dice.next());
    const own = found.filter(({ pk }) => String(pk).startsWith(APP) || table === 'Connections');
    if (own.length === 0) continue;
    const chosen = new Set(Array.from({ length: AGED }, () => dice.one(own)));
    await database.put(
      table,
      [...chosen].map((item) => otherShape(dice, table, item)),
    );
    inputs.stored += chosen.size;
  }
}

/** How many inputs of each kind there were. */
const inputs = { frames: 0, polling: 0, rest: 0, webhooks: 0, stored: 0 };

function report(): void {
  const { rss, heap } = memory();
  console.log(
    JSON.stringify(inputs),
    `rss ${rss} MB, heap ${heap} MB, ${durations.repeated} repeated`,
    String(failures),
  );
}

function one(): Promise<void> {
  const kind = dice.next();
  if (kind < 0.4) {
    inputs.frames += 1;
    return sendFrame(APP);
  }
  if (kind < 0.45) {
    inputs.polling += 1;
    return polling();
  }
  if (kind < 0.5) return dice.chance(0.5) ? sendFrame(HOOKED) : request(requests.asking);
  inputs.rest += 1;
  return request(dice.chance(0.9) ? requests.ordinary : dice.one(old));
}

/** Two users, whom no input concerns, can chat. */
async function expectChat(): Promise<void> {
  const [tom, jerry] = ['calm-tom', 'calm-jerry'];
  expect(await rest(origin, 'POST', `/ctx/${tom}/friends/${jerry}`)).toMatchObject({ status: 200 });
  const heard: unknown[] = [];
  const auth = (client: string) => JSON.stringify(credentials({ client }));
  const jerrys = await FuzzSocket.login(origin, generationOf(4), auth(jerry), (content) => heard.push(content));
  const toms = await FuzzSocket.login(origin, generationOf(0), auth(tom), () => undefined);
  const data = `42/chat,1${JSON.stringify(['say', { to: { id: jerry, type: 0 }, content: { media: 0, body: 'still here' } }])}`;
  await toms?.send({ data, ack: 1 });
  await database.cloud.settled();
  expect(JSON.stringify(heard)).toContain('still here');
  toms?.close();
  jerrys?.close();
}

it(
  `${INPUTS} malformed inputs of seed ${SEED} break nothing`,
  async () => {
    let warm: ReturnType<typeof memory> | undefined;
    for (let done = 0, batch = 0; done < INPUTS; batch++) {
      const before = inputs.stored;
      const size = Math.min(BATCH, INPUTS - done);
      const insist = () =>
        one().catch((error: unknown) => failures.add(`an input failed: ${String(error)}`, undefined));
      await pMap(Array.from({ length: size }), insist, { concurrency: AT_ONCE });
      await database.cloud.settled();
      await durations.repeat();
      if (batch % RENEWED === 0) {
        await database.addUsers(APP, USERS);
        await storeOtherShapes();
      }
      inputs.webhooks = answers.count;
      done += size + inputs.stored - before;
      if (!warm && done >= INPUTS * WARM) warm = memory();
      if (batch % REPORTED === REPORTED - 1) report();
    }
    await expectChat();
    expect(String(failures)).toBe('');
    const end = memory();
    report();
    expect(end.rss).toBeLessThan((warm?.rss ?? 0) * 1.2);
    expect(end.heap).toBeLessThan((warm?.heap ?? 0) * 1.2);
  },
  120_000 + INPUTS * 200,
);
