import { createHash, generateKeyPairSync } from 'node:crypto';
import type { Cloud, Entry } from '../../local/cloud.ts';
import { type Cost, cost } from '../../test/support/cost.ts';
import { app, befriend, credentials, rest, someone } from '../../test/support/demo-app.ts';
import { PollingClient } from '../../test/support/polling-client.ts';
import { RawClient } from '../../test/support/raw.ts';

/** An operation of a client or user, and its AWS calls. */
export interface Measured {
  readonly name: string;
  readonly cost: Cost;
}

const TEXT = 'A message of ordinary length, as people write them to one another.';
const ROOM = 100;

/** Runs client operations in sequence and measures the cost of each. */
export async function measure(cloud: Cloud): Promise<Measured[]> {
  const measured: Measured[] = [];
  const when = async (name: string, act: () => Promise<unknown>, keep?: (entry: Entry) => boolean) => {
    measured.push({ name, cost: await cost(cloud, act, keep) });
  };
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await rest(cloud.origin, method, path, body === undefined ? {} : { body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const login = async (client: string, more: object = {}, EIO = '3') => {
    const auth = JSON.stringify(credentials({ client, ...more }));
    const connected = await RawClient.connect(cloud.origin, { EIO, transport: 'websocket', auth });
    await connected.until((frame) => frame.includes('"login"'));
    return connected;
  };
  const say = (speaker: RawClient, to: object, hearers: readonly RawClient[] = [], more: object = {}) => {
    const body = `${TEXT} ${createHash('md5').update(JSON.stringify(to)).digest('hex')}`;
    speaker.send(`42/chat,1${JSON.stringify(['say', { to, content: { media: 0, body }, ...more }])}`);
    const heard = hearers.map((hearer) => hearer.until((frame) => frame.includes(body)));
    return Promise.all([speaker.until((frame) => frame.startsWith('43/chat,1')), ...heard]);
  };
  const users = (count: number) => Array.from({ length: count }, () => someone());

  const [tom = '', jerry = '', butch = '', spike = ''] = users(4);
  await Promise.all([jerry, butch].map((friend) => befriend(cloud.origin, tom, friend)));
  await befriend(cloud.origin, jerry, spike);

  let toms: RawClient | undefined;
  await when('connect and log in, with 2 friends', async () => {
    toms = await login(tom);
  });
  if (!toms) throw new Error('No client logged in');
  const speaker = toms;
  const twoFriends = someone();
  await Promise.all([jerry, butch].map((friend) => befriend(cloud.origin, twoFriends, friend)));
  let upgraded: RawClient | undefined;
  await when('the same, started with long-polling', async () => {
    upgraded = await PollingClient.login(cloud.origin, 3, JSON.stringify(credentials({ client: twoFriends })));
  });
  upgraded?.close();
  await upgraded?.closed;
  const jerrys = await login(jerry);
  await when('heartbeat of a Socket.IO 1 or 2 client (every 4 minutes)', async () => {
    jerrys.send('2');
    await jerrys.until((frame) => frame === '3');
  });
  const recent = await login(someone(), {}, '4');
  const pinged = async () => {
    for (let n = 1; n <= 4; n++) {
      await cloud.invoke('Heartbeat', { time: new Date(Date.now() + n * 60_000).toISOString() });
    }
    await recent.until((frame) => frame === '2');
    recent.send('3');
  };
  await when('heartbeat of a Socket.IO 3 or 4 client (every 4 minutes)', pinged, exceptSchedule);
  recent.close();
  await recent.closed;
  await when(
    'the heartbeat schedule, nobody due (every minute)',
    () => cloud.fire('HeartbeatSchedule'),
    () => true,
  );
  const [carl = '', dora = ''] = users(2);
  await befriend(cloud.origin, carl, dora);
  const [carls, doras] = await Promise.all([login(carl), login(dora)]);
  await when('message to a friend with a client id, online on one device', () =>
    say(carls, { id: dora, type: 0 }, [doras], { cid: 'once' }),
  );
  const chats = (await call('GET', `/ctx/${carl}/friends/${dora}/chats`)) as { id: string }[];
  const upTo = chats[0]?.id;
  await when('mark a conversation as read, the friend online', async () => {
    doras.send(`42/chat,2${JSON.stringify(['read', { to: { id: carl, type: 0 }, upTo }])}`);
    await Promise.all([
      doras.until((frame) => frame.startsWith('43/chat,2')),
      carls.until((frame) => frame.includes('"read"')),
    ]);
  });
  await when('list conversations (1)', () => call('GET', `/ctx/${carl}/conversations`));
  await when('count unread messages (1 conversation)', () => call('GET', `/ctx/${carl}/unread`));
  await when('catch up over REST without news (1 conversation)', () => call('GET', `/ctx/${carl}/sync?since=${upTo}`));
  const tell = (event: string, input: object, packet: number, heard: string) => {
    carls.send(`42/chat,${packet}${JSON.stringify([event, { to: { id: dora, type: 0 }, ...input }])}`);
    return Promise.all([
      carls.until((frame) => frame.startsWith(`43/chat,${packet}`)),
      doras.until((frame) => frame.includes(`["${heard}"`)),
    ]);
  };
  await when('edit or recall a message, or react, the friend online', () =>
    tell('edit', { id: upTo, content: { media: 0, body: TEXT } }, 5, 'edited'),
  );
  await when('signal to a friend, online on one device', () => tell('signal', { name: 'typing' }, 6, 'signal'));
  const [paul = '', mary = '', john = ''] = users(3);
  await Promise.all([mary, john].map((friend) => befriend(cloud.origin, paul, friend)));
  await when('log in again, with 2 friends offline', () => login(paul));
  await when('message to a friend, online on one device', () => say(speaker, { id: jerry, type: 0 }, [jerrys]));
  await when('message to a friend, offline without an installation', () => say(speaker, { id: butch, type: 0 }));
  await when('message to a stranger, offline', () => say(speaker, { id: spike, type: 4 }));

  await telephone(cloud, butch, call, login);
  await when('message to a friend, offline, with a push', () => say(speaker, { id: butch, type: 0 }));

  // Another speaker, because every fifth message of a connection updates the rate limit.
  const [anna = ''] = await make(cloud, users(1));
  const annas = await login(anna);
  const members = users(49);
  const group = await call('POST', '/groups', { owner: anna, members: await make(cloud, members) });
  const inGroup = await Promise.all(members.map((member) => login(member)));
  await when('message to a group of 50, all online', () => say(annas, { id: group, type: 1 }, inGroup));

  const others = users(ROOM - 1);
  const room = await call('POST', '/rooms', { members: [anna, ...(await make(cloud, others))] });
  const inRoom = await Promise.all(others.map((member) => login(member)));
  await when(`message to a room of ${ROOM}, all online`, () => say(annas, { id: room, type: 2 }, inRoom));

  await when('befriend', () => call('POST', `/ctx/${tom}/friends/${spike}`));
  await when('list friends (3)', () => call('GET', `/ctx/${tom}/friends?detail`));
  await when('read a history (20 messages)', () => call('GET', `/ctx/${tom}/friends/${jerry}/chats`));
  await when('create a group of 3', () => call('POST', '/groups', { owner: tom, members: [jerry, butch] }));
  await when('set 3 attributes', () => call('PUT', `/ctx/${tom}/attributes`, { age: 3, city: 'Rome', score: 12 }));
  await when('prepare an upload', () =>
    call('POST', '/attachment', { filename: 'a.mp4', contentType: 'video/mp4', size: 1 }),
  );
  await when('post a file as a form', () => postForm(cloud.origin));
  const account = { username: someone(), password: 'correct horse' };
  await when('register an account', () => call('POST', '/2.0/users', account));
  await when('log in to an account', () => call('POST', '/2.0/login', account));
  await when('block a friend', () => call('PUT', `/ctx/${tom}/blocks/${spike}`));
  const settings = `/ctx/${tom}/conversations/friend/${jerry}/settings`;
  await when('mute or pin a conversation', () => call('PUT', settings, { muted: true }));
  const until = Date.now() + 3_600_000;
  await when('mute a member of a group of 50', () => call('PUT', `/groups/${group}/mutes/${members[0]}`, { until }));
  await when('ban a user, on one device', () => byMaster(cloud.origin, 'PUT', `/ctx/${members[0]}/ban`, '{}'));
  await when('delete a user, in one group of 50', () => byMaster(cloud.origin, 'DELETE', `/ctx/${members[1]}`));
  await when('disconnect', async () => {
    speaker.close();
    await speaker.closed;
  });
  return measured;
}

/** Excludes calls of the schedule that serve other clients. */
const exceptSchedule = (entry: Entry) =>
  entry.service === 'invocation'
    ? !entry.functionId.startsWith('Heartbeat')
    : !['dynamodb:Query', 'execute-api:GetConnection'].includes(entry.action);
/** Creates users by friend requests. */
async function make(cloud: Cloud, ids: string[]): Promise<string[]> {
  const witness = someone();
  await Promise.all(ids.map((id) => befriend(cloud.origin, id, witness)));
  return ids;
}

async function byMaster(origin: string, method: string, path: string, body?: string): Promise<void> {
  const response = await fetch(new URL(path, origin), {
    method,
    headers: { 'X-ML-AppId': app.id, 'X-ML-MasterKey': app.masterKey, 'content-type': 'application/json' },
    ...(body !== undefined && { body }),
  });
  if (!response.ok) throw new Error(await response.text());
}

/** An offline user with an installation. */
async function telephone(
  cloud: Cloud,
  user: string,
  call: (method: string, path: string, body?: unknown) => Promise<unknown>,
  login: (client: string, more?: object) => Promise<RawClient>,
): Promise<void> {
  const response = await fetch(new URL('/2.0/push/credentials/fcm', cloud.origin), {
    method: 'PUT',
    headers: { 'X-ML-AppId': app.id, 'X-ML-MasterKey': app.masterKey },
    body: JSON.stringify({ file: serviceAccount() }),
  });
  if (!response.ok) throw new Error(await response.text());
  const installationId = someone('install');
  await call('POST', '/2.0/installations', { installationId, deviceType: 'android', deviceToken: 'aaaa' });
  const connected = await login(user, { install: installationId });
  connected.close();
  await connected.closed;
  await cloud.settled();
}

/** A service account key for tests. */
function serviceAccount(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const account = {
    type: 'service_account',
    project_id: 'chat',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    client_email: 'push@chat.example',
  };
  return Buffer.from(JSON.stringify(account)).toString('base64');
}

async function postForm(origin: string): Promise<void> {
  const form = new FormData();
  form.append('attachment', new File(['hello'], 'a.txt', { type: 'text/plain' }));
  const headers = { 'X-ML-AppId': app.id, 'X-ML-APIKey': app.clientKey };
  const response = await fetch(new URL('/attachment', origin), { method: 'POST', headers, body: form });
  if (!response.ok) throw new Error(await response.text());
}
