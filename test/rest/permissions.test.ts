import { describe, expect, it } from 'vitest';
import { CLIENT_EVENTS } from '../../functions/chat/client-events.ts';
import { hashKey } from '../../functions/shared/sign.ts';
import { TYPE } from '../../functions/shared/wire.ts';
import { telephone } from '../accounts/calls.ts';
import { emitWithAck } from '../support/clients.ts';
import { database } from '../support/database.ts';
import { Device } from '../support/device.ts';
import { type Answer, app as demo, rest, sign, someone } from '../support/macaw.ts';
import { RawClient } from '../support/raw.ts';
import { EVENTS, REQUESTS, type Row, rowsOf } from './permissions.ts';

const requests = rowsOf(REQUESTS);
const events = rowsOf(EVENTS);

const OPEN = 'permissions-open';
const STRICT = 'permissions-strict';
const ELSEWHERE = 'permissions-elsewhere';
const elsewhereKeys = { clientKey: 'another client key', masterKey: 'another master key' };

const system = database(() => ({
  [OPEN]: { mode: 'open' },
  [STRICT]: { mode: 'strict', ts: 1767225600000 },
  [ELSEWHERE]: {
    mode: 'strict',
    clientKey: elsewhereKeys.clientKey,
    masterKeyHash: hashKey(elsewhereKeys.masterKey),
  },
}));

type Headers = Record<string, string>;

const byKey = (app: string): Headers => ({ 'X-ML-AppId': app });
// The test helper sends the client key otherwise.
const without = (app: string): Headers => ({ 'X-ML-AppId': app, 'X-ML-APIKey': '' });
const byToken = (app: string, token: string): Headers => ({ ...without(app), 'X-ML-Session-Token': token });
const byMaster = (app: string, key: string = demo.masterKey): Headers => ({ ...without(app), 'X-ML-MasterKey': key });

async function ask(headers: Headers, method: string, path: string, body?: unknown): Promise<Answer> {
  return rest(system.origin, method, path, { headers, ...(body !== undefined && { body }) });
}

async function must(headers: Headers, method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await ask(headers, method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Logs in on the socket. Returns the token of the login. */
async function socket(app: string, login: Record<string, unknown>, key: string = demo.clientKey) {
  const device = await Device.login('4.8.4', system.origin, { app, sign: sign(key), ...login });
  return { device, ...(Object(await device.logins.at()) as { id: string; token: string }) };
}

/** Tom and everything that Tom owns, with a secret in it; Tom's friend Jerry; Spike; and a visitor. */
async function neighbourhood(app: string) {
  const master = byMaster(app);
  const secret = someone('secret');
  const [username, password, install] = [someone('name'), 'correct-horse', someone('install')];
  const token = async (id: string) =>
    Object(await must(master, 'POST', '/2.0/tokens', { id })) as { id: string; token: string };
  const [account, jerry, spike, guest] = await Promise.all([
    must(byKey(app), 'POST', '/2.0/users', { username, password, secret }),
    token(someone('jerry')),
    token(someone('spike')),
    socket(app, { passenger: { nickname: 'guest' } }),
  ]);
  const { objectId: tom, sessionToken } = Object(account) as { objectId: string; sessionToken: string };
  const members = [tom, jerry.id];
  const [, , group, room] = await Promise.all([
    socket(app, { sessionToken, install }),
    must(master, 'POST', `/ctx/${tom}/friends/${jerry.id}`),
    must(master, 'POST', '/groups', { owner: tom, members }).then(String),
    must(master, 'POST', '/rooms', { members }).then(String),
  ]);
  await must(byKey(app), 'POST', '/2.0/login', { username, password });
  const sessions = Object(await must(byToken(app, sessionToken), 'GET', '/2.0/sessions')).results;
  const { id: session } = sessions.find(({ current }: { current: boolean }) => !current) as { id: string };
  const paths = [`/ctx/${tom}`, `/groups/${group}`, `/rooms/${room}`];
  await Promise.all(paths.map((path) => must(master, 'POST', `${path}/attributes`, { secret })));
  return {
    app,
    secret,
    tokens: { self: sessionToken, friend: jerry.token, other: spike.token, visitor: guest.token },
    ids: {
      user: tom,
      fid: jerry.id,
      sid: spike.id,
      group,
      room,
      visitor: guest.id,
      install,
      session,
      username,
      password,
    },
    guest: guest.device,
    /** What refused requests must not change. */
    state: () =>
      Promise.all([...paths, `/2.0/users/${tom}`, `/passengers/${guest.id}`].map((path) => must(master, 'GET', path))),
  };
}

type Neighbourhood = Awaited<ReturnType<typeof neighbourhood>>;

const OBJECTS = [
  [/^\/groups/, 'group'],
  [/^\/rooms/, 'room'],
  [/^\/passengers/, 'visitor'],
  [/^\/2\.0\/installations/, 'install'],
  [/^\/2\.0\/sessions/, 'session'],
] as const;

/** Sends the request of a row, on what is Tom's. */
function send({ name, input }: Row, { ids }: Neighbourhood, headers: Headers): Promise<Answer> {
  const [method = '', path = ''] = name.split(' ');
  const object = OBJECTS.find(([prefix]) => prefix.test(path))?.[1] ?? 'user';
  const values: Record<string, string> = {
    ...ids,
    id: ids[object],
    uid: object === 'visitor' ? ids.user : ids.fid,
    name: 'secret',
    connection: 'none',
    installId: ids.install,
    platform: 'apns',
    type: 'friend',
    peer: ids.fid,
    reaction: 'like',
    messageId: '01767225600000-0000000000000001-9f2b61c0',
    phone: telephone(),
    fresh: someone('fresh'),
  };
  const filled = (text: string) => text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? `{${key}}`);
  if (input.startsWith('?')) return ask(headers, method, filled(path + input));
  return ask(headers, method, filled(path), input === '' ? undefined : filled(input));
}

const isRefused = ({ status }: Answer) => status === 401 || status === 403;
const tells = ({ body }: Answer, { secret }: Neighbourhood) => JSON.stringify(body ?? '').includes(secret);

/** The columns of the table of requests. */
const CALLERS = ['key, open', 'key, strict', 'visitor', 'other', 'friend', 'self', 'master'] as const;
type Caller = (typeof CALLERS)[number];

async function headersOf(caller: Caller, { app, tokens, ids }: Neighbourhood, name: string): Promise<Headers> {
  if (caller === 'master') return byMaster(app);
  if (caller === 'key, open' || caller === 'key, strict') return byKey(app);
  return byToken(app, ENDS_SESSIONS.test(name) ? await freshToken(caller, { app, ids }) : tokens[caller]);
}

async function freshToken(
  caller: keyof Neighbourhood['tokens'],
  { app, ids }: Pick<Neighbourhood, 'app' | 'ids'>,
): Promise<string> {
  if (caller === 'visitor') return (await socket(app, { passenger: { nickname: 'guest' } })).token;
  if (caller === 'self') {
    const { username, password } = ids;
    return String(Object(await must(byKey(app), 'POST', '/2.0/login', { username, password })).sessionToken);
  }
  const id = caller === 'friend' ? ids.fid : ids.sid;
  return String(Object(await must(byMaster(app), 'POST', '/2.0/tokens', { id })).token);
}

/** Requests that end the session of their caller, so each has a session of its own. */
const ENDS_SESSIONS = /logout|updatePassword|DELETE \/2\.0\/users/;

/** The same with an account of its own, because an account can be deleted only once. */
async function withAnotherUser(world: Neighbourhood): Promise<Neighbourhood> {
  const account = { username: someone('name'), password: 'correct-horse' };
  const { objectId, sessionToken } = Object(await must(byKey(world.app), 'POST', '/2.0/users', account)) as {
    objectId: string;
    sessionToken: string;
  };
  return {
    ...world,
    ids: { ...world.ids, user: objectId },
    tokens: { ...world.tokens, self: sessionToken },
  };
}

/** Sends requests that change nothing, some at a time. */
async function atOnce(rows: readonly Row[], check: (row: Row) => Promise<void>): Promise<void> {
  const left = [...rows];
  const lane = async () => {
    for (let row = left.shift(); row; row = left.shift()) await check(row);
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
}

/** Sends all requests as one caller. Returns what was not as the table says. */
async function walk(caller: Caller, world: Neighbourhood, which: 'all' | 'refused' = 'all'): Promise<string[]> {
  const column = CALLERS.indexOf(caller);
  const wrong: string[] = [];
  const isStranger = ['key, strict', 'visitor', 'other'].includes(caller);
  const check = async (row: Row) => {
    const at = caller === 'self' && row.name === 'DELETE /ctx/{id}' ? await withAnotherUser(world) : world;
    const answer = await send(row, at, await headersOf(caller, at, row.name));
    const { status, body } = answer;
    const allowed = row.allowed[column] === true;
    const right = allowed ? (row.status ? status === row.status : status < 300) : isRefused(answer);
    // Who knows the password may know the rest.
    const leak = (!allowed || isStranger) && !row.input.includes('{password}') && tells(answer, world);
    if (right && !leak) return;
    wrong.push(`${row.name} by ${caller} in ${world.app}: ${status} ${JSON.stringify(body)}`);
  };
  const before = await world.state();
  const refused = requests.filter(({ allowed }) => !allowed[column]);
  await atOnce(refused, check);
  expect(await world.state()).toEqual(before);
  if (which === 'refused') return wrong;
  const others = requests.filter((row) => !refused.includes(row));
  const reads = others.filter(({ name }) => name.startsWith('GET') && !ENDS_SESSIONS.test(name));
  await atOnce(reads, check);
  for (const row of others) if (!reads.includes(row)) await check(row);
  return wrong;
}

describe('the table of permissions', () => {
  it('has a row for every endpoint, with a mark for every caller', async () => {
    const response = await fetch(new URL('/openapi.json', system.origin));
    const { paths } = (await response.json()) as { paths: Record<string, Record<string, unknown>> };
    const served = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(requests.map(({ name }) => name).sort()).toEqual(served.sort());
    for (const { name, allowed } of requests) expect({ name, marks: allowed.length }).toEqual({ name, marks: 7 });
  });

  it('has a row for every event of clients, and for every kind of receiver', () => {
    const known = Object.keys(CLIENT_EVENTS).flatMap((name) =>
      ['say', 'signal'].includes(name) ? Object.keys(TYPE).map((type) => `${name} ${type}`) : [name],
    );
    expect(events.map(({ name }) => name).sort()).toEqual(known.sort());
    for (const { name, allowed } of events) expect({ name, marks: allowed.length }).toEqual({ name, marks: 5 });
  });

  it('holds for every endpoint', { tags: 'slow' }, async () => {
    const strict = async () => {
      const world = await neighbourhood(STRICT);
      const wrong: string[] = [];
      for (const caller of ['key, strict', 'visitor', 'other', 'friend'] as const)
        wrong.push(...(await walk(caller, world)));
      return wrong;
    };
    const open = async () => {
      const world = await neighbourhood(OPEN);
      // A token without the client key is refused what it is refused in strict mode.
      return [...(await walk('other', world, 'refused')), ...(await walk('key, open', world))];
    };
    // These delete everything in the end.
    const owner = async (caller: 'self' | 'master') => walk(caller, await neighbourhood(STRICT));
    const wrong = await Promise.all([strict(), open(), owner('self'), owner('master')]);
    expect(wrong.flat()).toEqual([]);
  });

  it('holds for every event', { tags: 'slow' }, async () => {
    const world = await neighbourhood(STRICT);
    const { ids, tokens, guest } = world;
    const elsewhere = { id: someone('elsewhere') };
    const token = await must(byMaster(ELSEWHERE, elsewhereKeys.masterKey), 'POST', '/2.0/tokens', elsewhere);
    const [other, friend, foreigner, anonymous] = await Promise.all([
      socket(STRICT, { sessionToken: tokens.other }),
      socket(STRICT, { sessionToken: tokens.friend }),
      socket(ELSEWHERE, { sessionToken: Object(token).token }, elsewhereKeys.clientKey),
      RawClient.connect(system.origin, { EIO: '4', transport: 'websocket' }),
    ]);
    await anonymous.until((frame) => frame.startsWith('0'));
    let packet = 0;
    const raw = async (...event: unknown[]) => {
      const id = ++packet;
      anonymous.send(`42/chat,${id}${JSON.stringify(event)}`);
      const frame = await anonymous.until((frame) => frame.startsWith(`43/chat,${id}[`));
      return JSON.parse(frame.slice(frame.indexOf('[')))[0];
    };
    const by =
      ({ device }: { device: Device }) =>
      async (event: string, ...args: unknown[]) =>
        (await emitWithAck(device.client, event, args, 10_000))[0];
    const toTom = { to: { id: ids.user, type: TYPE.friend } };
    const { id: upTo } = Object(await friend.device.say({ ...toTom, content: { media: 0, body: 'x' } }));
    const onMessage: Record<string, unknown[]> = {
      read: [{ ...toTom, upTo }],
      edit: [{ ...toTom, id: upTo, content: { media: 0, body: 'y' } }],
      react: [{ ...toTom, id: upTo, reaction: 'like' }],
      recall: [{ ...toTom, id: upTo }],
    };
    const callers = [raw, by({ device: guest }), by(other), by(friend), by(foreigner)];
    const receivers: Record<string, string> = { friend: ids.user, stranger: ids.user, ...ids };
    const wrong: string[] = [];
    await Promise.all(
      callers.map(async (emit, column) => {
        for (const { name, allowed } of events) {
          const [event = '', type] = name.split(' ');
          const to = { id: receivers[type ?? ''], type: Object(TYPE)[type ?? ''] };
          const input = type ? [{ to, content: { media: 0, body: 'x' }, name: 'x' }] : onMessage[event];
          const answer = Object(await emit(event, ...(input ?? [])));
          const right = allowed[column] ? answer.success === true : [5003, 5004].includes(answer.error);
          if (!right) wrong.push(`${name} by caller ${column}: ${JSON.stringify(answer)}`);
        }
      }),
    );
    anonymous.close();
    expect(wrong).toEqual([]);
  });
});

describe('whatever belongs to an application', () => {
  it('is not accessible without a key, or with the keys and tokens of another', { tags: 'slow' }, async () => {
    const world = await neighbourhood(STRICT);
    const before = await world.state();
    const foreign = byMaster(ELSEWHERE, elsewhereKeys.masterKey);
    // A user of the same name.
    const { token } = Object(await must(foreign, 'POST', '/2.0/tokens', { id: world.ids.user }));
    const refused = [
      without(STRICT),
      byMaster(STRICT, elsewhereKeys.masterKey),
      { ...byKey(STRICT), 'X-ML-APIKey': elsewhereKeys.clientKey },
      byToken(STRICT, token),
    ];
    const wrong: string[] = [];
    await Promise.all(
      [...refused, foreign].map(async (headers) => {
        for (const row of requests) {
          const answer = await send(row, world, headers);
          if (headers !== foreign && answer.status !== 401) wrong.push(`${row.name}: ${answer.status}`);
          if (tells(answer, world)) wrong.push(`${row.name} tells the secret`);
        }
      }),
    );
    expect(wrong).toEqual([]);
    expect(await world.state()).toEqual(before);
  });
});
