import { beforeAll, describe, expect, it } from 'vitest';
import { verifyWebhook, WebhookInvalid } from '../../client/src/admin.ts';
import { DEMO } from '../../scripts/demo.ts';
import { operator } from '../operator/command.ts';
import { emitWithAck } from '../support/clients.ts';
import { Inbox } from '../support/collect.ts';
import { database } from '../support/database.ts';
import { Device, text } from '../support/device.ts';
import { eventually } from '../support/eventually.ts';
import { credentials, app as demo, rest, someone } from '../support/macaw.ts';
import { telephones } from '../support/phone.ts';
import { isSigned, Receiver, receiver } from '../support/webhook-receiver.ts';

const [EVENTS, BROKEN, HEALED, BEFORE, ADMIN] = [
  'hook-events',
  'hook-broken',
  'hook-healed',
  'hook-before',
  'hook-admin',
];

/** The pauses before attempts, as the queue is asked for them, in seconds. They pass in no time. */
const paused: number[] = [];

const system = database(
  () =>
    Object.fromEntries(
      [EVENTS, BROKEN, HEALED, BEFORE, ADMIN].map((id) => [
        id,
        { mode: 'open', visitors: true, blocked: 'silent', historyForNewMembers: false, ts: 1767225600000 },
      ]),
    ),
  {
    parameters: { ...DEMO.parameters, Webhooks: 'true' },
    retryDelayMs: () => 1,
    queueDelayMs(queue, delayMs) {
      if (!queue.startsWith('WebhooksRetries')) return delayMs;
      paused.push(delayMs / 1000);
      return 0;
    },
  },
);
const receiving = receiver();
const phones = telephones(system);

/** A request with the master key. */
const ask = (app: string, method: string, path: string, body?: unknown) =>
  rest(system.origin, method, path, {
    headers: { 'X-ML-AppId': app, 'X-ML-APIKey': '', 'X-ML-MasterKey': demo.masterKey },
    ...(body !== undefined && { body }),
  });

async function add(app: string, webhook: object): Promise<{ id: string; secret: string }> {
  const { status, body } = await ask(app, 'POST', '/webhooks', webhook);
  if (status !== 201) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return Object(body);
}

const failuresOf = async (app: string, webhook: string) => {
  const { body } = await ask(app, 'GET', '/webhooks');
  const found: { id: string; failures: { error: string }[] }[] = Object(body);
  return found.find(({ id }) => id === webhook)?.failures ?? [];
};

const login = (app: string, client: string) => Device.login('4.8.4', system.origin, { app, client });

/** Two friends, one with a device. */
async function friends(app: string) {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await ask(app, 'POST', `/ctx/${tom}/friends/${jerry}`);
  return { tom, jerry, device: await login(app, tom) };
}

describe('the events', () => {
  const messages = ['sent', 'edited', 'recalled', 'reacted', 'read'].map((name) => `message.${name}`);
  const all = [...messages, 'presence.online', 'presence.offline', 'friend.added', 'friend.removed'];
  const members = ['member.joined', 'member.left'];
  let secret = '';
  beforeAll(async () => {
    ({ secret } = await add(EVENTS, { url: receiving.current.url('/events'), events: [...all, ...members] }));
  });

  it('arrive signed, in the order of the conversation', async () => {
    const { tom, jerry, device } = await friends(EVENTS);
    for (const body of ['one', 'two', 'three']) await device.say(text(jerry, body));
    const sent = () =>
      receiving.current.events('/events').filter(({ type, data }) => type === 'message.sent' && data.from === tom);
    await eventually(() => sent().length).toBe(3);
    expect(sent().map(({ data }) => data)).toMatchObject(
      ['one', 'two', 'three'].map((body) => ({ to: { id: jerry, type: 0 }, content: { media: 0, body } })),
    );
    for (const request of receiving.current.at('/events')) {
      const { headers, text: body } = request;
      expect(isSigned(request, secret)).toBe(true);
      expect(await verifyWebhook(secret, headers, body)).toEqual(request.body);
      await expect(verifyWebhook(secret, headers, `${body} `)).rejects.toThrow(WebhookInvalid);
      const replayed = { ...headers, 'webhook-timestamp': '1767225600' };
      await expect(verifyWebhook(secret, replayed, body)).rejects.toThrow(/webhook-timestamp/);
    }
    expect(new Set(sent().map(({ id }) => id)).size).toBe(3);
  });

  it('tell of friends, members, presence and read messages', async () => {
    const { tom, jerry, device } = await friends(EVENTS);
    const said = Object(await device.say(text(jerry, 'hello')));
    const jerrys = await login(EVENTS, jerry);
    const group = String((await ask(EVENTS, 'POST', '/groups', { owner: tom, members: [jerry] })).body);
    await ask(EVENTS, 'DELETE', `/groups/${group}/members/${jerry}`);
    await ask(EVENTS, 'PUT', `/ctx/${jerry}/conversations/friend/${tom}/read`, { upTo: said.id });
    const message = `/ctx/${tom}/conversations/friend/${jerry}/messages/${said.id}`;
    await ask(EVENTS, 'PUT', message, { content: { media: 0, body: 'bye' } });
    await ask(EVENTS, 'PUT', `${message}/reactions/ok`);
    await ask(EVENTS, 'DELETE', message);
    await ask(EVENTS, 'DELETE', `/ctx/${tom}/friends/${jerry}`);
    device.close();
    jerrys.close();
    const mine = () =>
      receiving.current
        .events('/events')
        .filter(({ data }) => JSON.stringify(data).includes(tom) || data.user === jerry);
    await eventually(() => new Set(mine().map(({ type }) => type)), 15_000).toEqual(new Set([...all, ...members]));
    const dataOf = (type: string) => mine().find((event) => event.type === type)?.data;
    expect(dataOf('friend.added')).toEqual({ from: tom, to: jerry });
    expect(dataOf('message.read')).toMatchObject({ to: { id: tom, type: 0 }, by: jerry, upTo: said.id });
    const changed = { to: { id: jerry, type: 0 }, id: said.id, from: tom };
    expect(dataOf('message.edited')).toMatchObject({ ...changed, content: { media: 0, body: 'bye' } });
    expect(dataOf('message.reacted')).toMatchObject({ ...changed, reactions: { ok: [tom] } });
    expect(dataOf('message.recalled')).toMatchObject({ ...changed, recalled: expect.any(Number) });
    expect(dataOf('message.recalled')).not.toHaveProperty('content');
    expect(dataOf('member.left')).toEqual({ to: { id: group, type: 1 }, user: jerry });
    expect(mine().filter(({ type }) => type === 'friend.added')).toHaveLength(1);
  }, 30_000);

  it('tell of pushes that failed', { tags: 'slow' }, async () => {
    const { id } = await add(demo.id, { url: receiving.current.url('/pushes'), events: ['push.failed'] });
    await phones.credentials();
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await ask(demo.id, 'POST', `/ctx/${tom}/friends/${jerry}`);
    const phone = await phones.offline(jerry);
    system.cloud.outbox.faults.fail(phone.token, 1000);
    const said = Object(await (await login(demo.id, tom)).say(text(jerry, 'wake up')));
    await eventually(() => receiving.current.events('/pushes')[0]).toMatchObject({
      type: 'push.failed',
      data: { users: [jerry], message: said.id, reason: 'error' },
    });
    await system.cloud.settled();
    system.cloud.outbox.faults.clear();
    system.cloud.clearFailureQueues();
    await ask(demo.id, 'DELETE', `/webhooks/${id}`);
  });

  it('leave out messages that a block drops, and tell what a deleted user leaves', { tags: 'slow' }, async () => {
    const { tom, jerry, device } = await friends(EVENTS);
    const group = String((await ask(EVENTS, 'POST', '/groups', { owner: jerry, members: [tom] })).body);
    await ask(EVENTS, 'PUT', `/ctx/${jerry}/blocks/${tom}`);
    await device.say(text(jerry, 'dropped'));
    await device.say({ to: { id: group, type: 1 }, content: { media: 0, body: 'sent' } });
    await ask(EVENTS, 'DELETE', `/ctx/${tom}`);
    const mine = () => receiving.current.events('/events').filter(({ data }) => data.from === tom || data.user === tom);
    const told = (type: string) => mine().flatMap((event) => (event.type === type ? [event.data] : []));
    await eventually(() => told('member.left'), 15_000).toEqual([{ to: { id: group, type: 1 }, user: tom }]);
    await eventually(() => told('friend.removed'), 15_000).toEqual([{ from: tom, to: jerry }]);
    expect(told('message.sent')).toMatchObject([{ content: { body: 'sent' } }]);
  });

  it('are only those of messages, whatever ids clients choose', async () => {
    const id = '01767225600000-0000000000000001-9f2b61c0';
    const { tom, jerry, device } = await friends(EVENTS);
    await ask(EVENTS, 'POST', `/ctx/${id}/friends/${jerry}`);
    await device.say({ ...text(jerry, 'first'), cid: id });
    await device.say({ to: { id, type: 4 }, content: { media: 0, body: 'second' } });
    const sent = () => receiving.current.events('/events').filter(({ type }) => type === 'message.sent');
    await eventually(() => sent().filter(({ data }) => data.from === tom).length).toBe(2);
    await system.cloud.settled();
    expect(sent().filter(({ data }) => data.from === undefined || data.content === undefined)).toEqual([]);
    expect(sent().filter(({ data }) => JSON.stringify(data).includes(tom))).toHaveLength(2);
  });

  it('do not say that a new member has read what they do not see', async () => {
    const { tom, jerry, device } = await friends(EVENTS);
    const group = String((await ask(EVENTS, 'POST', '/groups', { owner: tom })).body);
    await device.say({ to: { id: group, type: 1 }, content: { media: 0, body: 'before' } });
    await ask(EVENTS, 'POST', `/groups/${group}/members/${jerry}`);
    const mine = () => receiving.current.events('/events').filter(({ data }) => [data.user, data.by].includes(jerry));
    await eventually(() => mine().map(({ type }) => type)).toContain('member.joined');
    await system.cloud.settled();
    expect(mine().map(({ type }) => type)).toEqual(['member.joined']);
  });

  it('include messages in rooms, which are not stored', async () => {
    const { tom, device } = await friends(EVENTS);
    const room = String((await ask(EVENTS, 'POST', '/rooms', { members: [tom] })).body);
    await device.say({ to: { id: room, type: 2 }, content: { media: 0, body: 'hi' } });
    await eventually(() => receiving.current.events('/events').map(({ data }) => data)).toContainEqual(
      expect.objectContaining({ to: { id: room, type: 2 }, from: tom, content: { media: 0, body: 'hi' } }),
    );
  });
});

describe('a receiver that fails', () => {
  const { run } = operator(system);
  const failed = () =>
    Object.entries(system.cloud.failureQueues()).flatMap(([queue, messages]) =>
      queue.startsWith('Failures') ? messages : [],
    );

  it('gets the events when it recovers after an hour, while others get theirs at once', async () => {
    const { current } = receiving;
    let recovered = false;
    current.respond('/healed', () => {
      recovered ||= paused.reduce((sum, seconds) => sum + seconds, 0) >= 3600;
      return { status: recovered ? 204 : 503 };
    });
    paused.length = 0;
    const { id } = await add(HEALED, { url: current.url('/healed'), events: ['message.sent'] });
    const { jerry, device } = await friends(HEALED);
    await device.say(text(jerry, 'patience'));
    await eventually(() => recovered).toBe(true);
    await system.cloud.settled();
    const attempts = current.at('/healed');
    expect(new Set(attempts.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(attempts.length).toBeGreaterThan(4);
    expect((await failuresOf(HEALED, id)).length).toBe(attempts.length - 1);
    const others = await friends(EVENTS);
    await others.device.say(text(others.jerry, 'at once'));
    await eventually(
      () =>
        current.events('/events').filter(({ type, data }) => type === 'message.sent' && data.from === others.tom)
          .length,
    ).toBe(1);
  }, 30_000);

  it('has its events in the failure queue in the end, and gets them when they are redriven', {
    tags: 'slow',
  }, async () => {
    const secure = await Receiver.start('https');
    const { current } = receiving;
    let isDown = true;
    current.respond('/down', () =>
      isDown ? { status: 302, headers: { location: current.url('/private') } } : { status: 204 },
    );
    const down = await add(BROKEN, { url: current.url('/down'), events: ['message.sent'] });
    const unsafe = await add(BROKEN, { url: secure.url('/unsafe'), events: ['message.sent'] });
    const { jerry, device } = await friends(BROKEN);
    await device.say(text(jerry, 'lost?'));
    await eventually(() => failed().length, 20_000).toBe(2);
    expect(current.at('/private')).toEqual([]);
    expect(secure.requests).toEqual([]);
    expect(await failuresOf(BROKEN, down.id)).toMatchObject(Array(10).fill({ error: 'The webhook answered 302' }));
    expect((await failuresOf(BROKEN, unsafe.id))[0]?.error).toMatch(/certificate/);
    isDown = false;
    expect(await run(['failures', 'redrive', '--all', '--function', 'Webhooks'])).toMatchObject({ code: 0 });
    await eventually(() => current.events('/down').at(-1)?.data).toMatchObject({ content: { body: 'lost?' } });
    await system.cloud.settled();
    expect(failed()).toHaveLength(1);
    secure.stop();
  });
});

describe('a decision', () => {
  let secret = '';
  const decide = (decision: (asked: { type: string; data: Record<string, unknown> }) => object | 'never') =>
    receiving.current.respond('/before', (request) => {
      const decided = decision(Object(request.body));
      return decided === 'never' ? decided : { status: 200, body: decided };
    });
  beforeAll(async () => {
    const before = ['message', 'login', 'befriend', 'join'];
    ({ secret } = await add(BEFORE, { url: receiving.current.url('/before'), before, onFailure: 'refuse' }));
  });

  it('allows, refuses and changes a message', async () => {
    decide(() => ({}));
    const { tom, jerry, device } = await friends(BEFORE);
    const jerrys = await login(BEFORE, jerry);
    decide(({ data }) => {
      const { body } = Object(data.content);
      if (body === 'spam') return { action: 'refuse', reason: 'No advertising' };
      return body === 'damn' ? { content: { media: 0, body: '****' } } : { action: 'allow' };
    });
    await device.say(text(jerry, 'hello'));
    expect(await device.say(text(jerry, 'spam'))).toMatchObject({
      success: false,
      error: 5003,
      message: 'No advertising',
    });
    await device.say(text(jerry, 'damn'));
    expect(await jerrys.messages.count(2)).toMatchObject([
      { content: { body: 'hello' } },
      { content: { body: '****' } },
    ]);
    const id = Object(jerrys.messages.received[0]).id;
    const edited = new Inbox(jerrys.client, 'edited');
    const path = `/ctx/${tom}/conversations/friend/${jerry}/messages/${id}`;
    const byRest = (body: string) =>
      rest(system.origin, 'PUT', path, { headers: { 'X-ML-AppId': BEFORE }, body: { content: { media: 0, body } } });
    const to = { id: jerry, type: 0 };
    expect(await emitWithAck(device.client, 'edit', [{ to, id, content: { media: 0, body: 'spam' } }])).toMatchObject([
      { success: false, error: 5003, message: 'No advertising' },
    ]);
    expect(await byRest('spam')).toMatchObject({ status: 403, body: { errorMessage: 'No advertising' } });
    expect(await byRest('damn')).toMatchObject({ status: 200 });
    expect(await edited.at()).toMatchObject({ id, content: { body: '****' } });
    const asked = receiving.current.at('/before').at(-1);
    expect(asked && isSigned(asked, secret)).toBe(true);
    expect(asked?.body).toMatchObject({
      app: BEFORE,
      type: 'before.message',
      data: { from: { id: tom, visitor: false }, to, content: { media: 0, body: 'damn' }, edits: id },
    });
  });

  it('refuses a login, a friendship and a member', async () => {
    decide(() => ({}));
    const [{ tom }, jerry, butch] = [await friends(BEFORE), someone('jerry'), someone('butch')];
    const room = String((await ask(BEFORE, 'POST', '/rooms', { members: [tom] })).body);
    decide(({ type, data }) => {
      const { action } = {
        action: ['before.login', 'before.befriend', 'before.join'].includes(type) ? 'refuse' : 'allow',
      };
      return { action, reason: `${type} of ${JSON.stringify(data)}` };
    });
    const auth = JSON.stringify(credentials({ app: BEFORE, client: butch }));
    const device = new Device('4.8.4', system.origin, { query: { auth } });
    expect(await device.logins.at()).toMatchObject({
      success: false,
      error: 5003,
      message: expect.stringContaining(butch),
    });
    const friend = await ask(BEFORE, 'POST', `/ctx/${tom}/friends/${jerry}`);
    expect(friend).toMatchObject({ status: 403, body: { errorCode: 5003 } });
    const join = await ask(BEFORE, 'POST', `/rooms/${room}/members/${jerry}`);
    expect(join).toMatchObject({ status: 403, body: { errorMessage: expect.stringContaining(room) } });
    expect((await ask(BEFORE, 'GET', `/ctx/${jerry}/friends`)).body).toEqual([]);
    const group = String((await ask(BEFORE, 'POST', '/groups', { owner: tom })).body);
    await ask(BEFORE, 'POST', '/2.0/tokens', { id: jerry });
    for (const change of [{ members: [tom, jerry] }, { owner: jerry }]) {
      expect(await ask(BEFORE, 'PUT', `/groups/${group}`, change)).toMatchObject({
        status: 403,
        body: { errorMessage: expect.stringContaining(`"users":["${jerry}"]`) },
      });
    }
    expect(await ask(BEFORE, 'PUT', `/groups/${group}`, { members: [tom] })).toMatchObject({ status: 201 });
  });

  it('follows the setting if there is none within 800 ms', async () => {
    decide(() => ({}));
    const { jerry, device } = await friends(BEFORE);
    decide(() => 'never');
    const start = Date.now();
    expect(await device.say(text(jerry, 'hello'))).toMatchObject({ success: false, error: 5003 });
    expect(Date.now() - start).toBeLessThan(3000);
  });

  it.each([
    ['switches protocols', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'],
    ['answers 101', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['answers incompletely', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}'],
  ])('follows the setting if the webhook %s', async (_, instead) => {
    decide(() => ({}));
    const { jerry, device } = await friends(BEFORE);
    receiving.current.respond('/before', () => ({ instead }));
    expect(await device.say(text(jerry, 'hello'))).toMatchObject({ success: false, error: 5003 });
  });
});

describe('the endpoints', () => {
  it('show the secret once, and test a webhook', async () => {
    const { current } = receiving;
    const { id, secret } = await add(ADMIN, { url: current.url('/admin'), events: ['message.sent'] });
    expect(secret).toMatch(/^whsec_/);
    expect(JSON.stringify((await ask(ADMIN, 'GET', '/webhooks')).body)).not.toContain(secret);
    expect(await ask(ADMIN, 'POST', `/webhooks/${id}/test`)).toMatchObject({ status: 200, body: { success: true } });
    expect(current.events('/admin')).toMatchObject([{ type: 'webhook.test' }]);
    const rotated = await ask(ADMIN, 'POST', `/webhooks/${id}/secret`, {});
    expect(rotated).toMatchObject({ status: 200, body: { secret: expect.stringMatching(/^whsec_/) } });
    current.respond('/admin', () => ({ status: 500 }));
    const failed = { success: false, error: 'The webhook answered 500' };
    expect((await ask(ADMIN, 'POST', `/webhooks/${id}/test`)).body).toMatchObject(failed);
    expect(await failuresOf(ADMIN, id)).toMatchObject([{ error: 'The webhook answered 500', attempt: 1 }]);
    const disabled = await ask(ADMIN, 'PATCH', `/webhooks/${id}`, { enabled: false });
    expect(disabled).toMatchObject({ status: 200, body: { id, enabled: false, events: ['message.sent'] } });
    expect((await ask(ADMIN, 'DELETE', `/webhooks/${id}`)).status).toBe(204);
    expect((await ask(ADMIN, 'GET', '/webhooks')).body).toEqual([]);
    expect((await ask(ADMIN, 'DELETE', `/webhooks/${id}`)).status).toBe(404);
  });

  it('keep all changes that are made at the same time', async () => {
    const url = receiving.current.url('/together');
    const added = await Promise.all(
      Array.from({ length: 5 }, () => add(ADMIN, { url, events: ['message.sent'], before: ['login'] })),
    );
    const webhooks = async () => {
      const { body } = await ask(ADMIN, 'GET', '/webhooks');
      const list: { id: string }[] = Object(body);
      return list.sort((a, b) => a.id.localeCompare(b.id));
    };
    const ids = added.map(({ id }) => id).sort((a, b) => a.localeCompare(b));
    expect((await webhooks()).map(({ id }) => id)).toEqual(ids);
    const [first = '', ...others] = ids;
    await Promise.all([
      ask(ADMIN, 'PATCH', `/webhooks/${first}`, { enabled: false }),
      ask(ADMIN, 'PATCH', `/webhooks/${first}`, { before: [] }),
      ...others.map((id) => ask(ADMIN, 'DELETE', `/webhooks/${id}`)),
    ]);
    expect(await webhooks()).toMatchObject([{ id: first, enabled: false, before: [], events: ['message.sent'] }]);
    await ask(ADMIN, 'DELETE', `/webhooks/${first}`);
  });

  it('replace the secret, and sign with both secrets for a day', async () => {
    const { current } = receiving;
    const { id, secret } = await add(ADMIN, { url: current.url('/rotated'), events: ['message.sent'] });
    const before = Date.now();
    const { body } = await ask(ADMIN, 'POST', `/webhooks/${id}/secret`, {});
    const rotated: { secret: string; previousUntil: number } = Object(body);
    expect(rotated.secret).not.toBe(secret);
    expect(rotated.previousUntil - before).toBeGreaterThanOrEqual(24 * 3_600_000);
    await ask(ADMIN, 'POST', `/webhooks/${id}/test`);
    const [request] = current.at('/rotated');
    if (!request) throw new Error('Expected a request');
    const { headers, text } = request;
    expect(String(headers['webhook-signature']).split(' ')).toHaveLength(2);
    for (const valid of [secret, rotated.secret]) {
      await expect(verifyWebhook(valid, headers, text)).resolves.toMatchObject({ app: ADMIN });
    }
    expect(await ask(ADMIN, 'POST', `/webhooks/${id}/secret`, { secret: 'mine' })).toMatchObject({
      status: 400,
      body: { errorMessage: 'secret: expected whsec_ and 24 to 64 bytes in base64' },
    });
    const own = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    expect((await ask(ADMIN, 'POST', `/webhooks/${id}/secret`, { secret: own })).body).toMatchObject({ secret: own });
    await ask(ADMIN, 'DELETE', `/webhooks/${id}`);
  });

  it('are used by the command line', { tags: 'slow' }, async () => {
    const { json, run } = operator(system);
    const url = receiving.current.url('/command');
    const app = ['--app', demo.id];
    const { id } = await json('webhooks', 'add', ...app, '--to', url, '--event', 'message.sent', 'message.read');
    expect(await json('webhooks', 'list', ...app)).toMatchObject([
      { id, url, events: ['message.sent', 'message.read'] },
    ]);
    expect(await run(['webhooks', 'test', id, ...app])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Accepted after/),
    });
    expect(receiving.current.events('/command')).toMatchObject([{ type: 'webhook.test' }]);
    expect(await json('webhooks', 'rotate-secret', id, ...app)).toMatchObject({
      secret: expect.stringMatching(/^whsec_/),
    });
    expect(await json('webhooks', 'remove', id, ...app)).toEqual({ removed: id });
  });

  it.each([
    ['http://example.com/', 'expected a URL with https'],
    ['https://user:pass@example.com/', 'expected a URL without a user name and password'],
    ['https://10.0.0.1/', 'expected a public address'],
    ['https://169.254.169.254/latest/meta-data', 'expected a public address'],
    ['https://[::1]/', 'expected a public address'],
    ['https://[::ffff:127.0.0.1]/', 'expected a public address'],
    ['https://2130706434/', 'expected a public address'],
    ['https://localhost/', 'has no public address'],
    ['example.com', 'expected a URL'],
  ])('refuse %s', async (url, reason) => {
    const { status, body } = await ask(ADMIN, 'POST', '/webhooks', { url, events: ['message.sent'] });
    expect({ status, body }).toMatchObject({ status: 400, body: { errorMessage: expect.stringContaining(reason) } });
  });
});
