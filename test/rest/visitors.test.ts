import { describe, expect, it } from 'vitest';
import { accountsOf } from '../accounts/calls.ts';
import { database } from '../support/database.ts';
import { Device } from '../support/device.ts';
import { rest, someone } from '../support/macaw.ts';

const system = database(() => ({
  strict: { mode: 'strict' },
  'few-per-address': { mode: 'strict', visitorsPerHourOfAddress: 1 },
  'few-visitors': { mode: 'strict', visitorsPerHour: 1 },
  'no-visitors': { mode: 'strict', visitors: false },
  open: {},
}));

interface Said {
  readonly success: boolean;
  readonly id: string;
  readonly token: string;
  readonly error?: number;
}

const RETRY_NEVER = { reconnection: false };

async function connect(app: string, login: Record<string, unknown>, inPacket = false) {
  const auth = accountsOf(system, app).auth(login);
  const device = new Device('4.8.4', system.origin, {
    ...(!inPacket && { query: { auth: JSON.stringify(auth) } }),
    options: { ...RETRY_NEVER, ...(inPacket && { auth }) },
  });
  return { device, said: (await device.logins.at()) as Said };
}

const as =
  (token: string, app = 'strict') =>
  (method: string, path: string, body?: unknown) =>
    rest(system.origin, method, path, {
      ...(body !== undefined && { body }),
      headers: { 'X-ML-AppId': app, 'X-ML-APIKey': '', 'X-ML-Session-Token': token },
    });

describe('in strict mode, a visitor', () => {
  it('is no user: they neither search, nor make rooms or groups, nor register installations', async () => {
    const { said } = await connect('strict', { passenger: { nickname: 'guest' } });
    const tom = someone('tom');
    await accountsOf(system, 'strict').master('POST', '/2.0/tokens', { id: tom });
    for (const [method, path, body] of [
      ['GET', '/ctx'],
      ['GET', '/rooms'],
      ['POST', '/rooms', { members: [tom], name: 'mine' }],
      ['POST', '/groups', { owner: said.id }],
      ['POST', '/2.0/installations', { deviceType: 'ios' }],
      ['POST', `/ctx/${said.id}/friends/${tom}`],
      ['GET', `/ctx/${tom}/attributes`],
    ] as const) {
      expect({ path, status: (await as(said.token)(method, path, body)).status }).toEqual({ path, status: 403 });
    }
  });

  it('chats, reads the history, keeps attributes and uploads', async () => {
    const { said, device } = await connect('strict', { passenger: { nickname: 'guest' } });
    const agent = await connect('strict', { client: someone('agent') });
    const to = { id: agent.said.id };
    expect(await device.say({ to, content: { body: 'help' } })).toMatchObject({ success: true });
    expect(await agent.device.messages.at()).toMatchObject({ from: { id: said.id, type: 3 } });
    const own = as(said.token);
    expect((await own('GET', `/passengers/${said.id}/chats/${to.id}`)).body).toMatchObject([{ speaker: said.id }]);
    expect((await own('POST', '/passengers', { id: said.id, mood: 'good' })).status).toBe(200);
    expect((await own('GET', `/passengers/${said.id}`)).body).toEqual({ nickname: 'guest', mood: 'good' });
    const file = { filename: 'a.png', contentType: 'image/png', size: 1 };
    expect((await own('POST', '/attachment', file)).status).toBe(200);
  });

  it('returns with their token; their id alone does not suffice', async () => {
    const first = await connect('strict', { passenger: { nickname: 'guest' } });
    for (const inPacket of [false, true]) {
      const thief = await connect('strict', { passenger: { id: first.said.id } }, inPacket);
      expect(thief.said).toMatchObject({ success: false, error: 5003 });
    }
    const auth = { app: 'strict', sessionToken: first.said.token };
    const back = new Device('4.8.4', system.origin, { query: { auth: JSON.stringify(auth) } });
    expect(await back.logins.at()).toEqual({ success: true, id: first.said.id });
    expect((await as(first.said.token)('GET', `/passengers/${first.said.id}`)).body).toEqual({ nickname: 'guest' });
  });

  /** A new visitor from an address, on the API without the distribution, whose address would be another. */
  async function newVisitor(app: string, address: string, inPacket = false) {
    const { host, pathname } = new URL(String(system.cloud.outputs.WebSocketUrl));
    const auth = accountsOf(system, app).auth({ passenger: {} });
    const options = {
      ...RETRY_NEVER,
      path: `${pathname}/`,
      extraHeaders: { 'X-Forwarded-For': address },
      ...(inPacket && { auth }),
    };
    const query = inPacket ? {} : { query: { auth: JSON.stringify(auth) } };
    const { success, error } = (await new Device('4.8.4', `http://${host}`, { ...query, options }).logins.at()) as Said;
    return success ? 'created' : error;
  }

  it.each([
    [false, ['192.0.2.1', '192.0.2.1', '2001:db8::1', '2001:db8:0:0:9::1', '2001:db8:0:1::1']],
    [true, ['192.0.2.2', '192.0.2.2', '2001:db8:2::1', '2001:db8:2:0:9::1', '2001:db8:2:1::1']],
  ])('is created a few times per address only (credentials in the packet: %s)', async (inPacket, addresses) => {
    const outcomes = [];
    for (const address of addresses) outcomes.push(await newVisitor('few-per-address', address, inPacket));
    expect(outcomes).toEqual(['created', 5008, 'created', 5008, 'created']);
  });

  it('is created a few times per application only', async () => {
    expect(await newVisitor('few-visitors', '192.0.2.3')).toBe('created');
    expect(await newVisitor('few-visitors', '192.0.2.4')).toBe(5008);
  });

  it('has no access where the application has no visitors', async () => {
    expect((await connect('no-visitors', { passenger: {} })).said).toMatchObject({ success: false, error: 5003 });
  });
});

it('in open mode, a visitor returns by their id, as before', async () => {
  const id = someone('guest');
  const first = await connect('open', { passenger: { id, nickname: 'guest' } });
  const again = await connect('open', { passenger: { id } });
  expect([first.said, again.said]).toEqual([
    { success: true, id },
    { success: true, id },
  ]);
});
