import { describe, expect, it } from 'vitest';
import { bill } from '../../bench/calls/table.ts';
import type { CallSummary } from '../../local/cloud.ts';
import { cost as costOf } from '../support/cost.ts';
import { Device, text } from '../support/device.ts';
import { disconnect } from '../support/disconnect.ts';
import { app, befriend, credentials, macaw, rest, someone } from '../support/macaw.ts';
import { PollingClient } from '../support/polling-client.ts';
import { RawClient } from '../support/raw.ts';

const system = macaw({ own: true });

const cost = (act: () => Promise<unknown>) => costOf(system.cloud, act);

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0);
const of = (service: string, { calls }: CallSummary) =>
  sum(Object.fromEntries(Object.entries(calls).filter(([action]) => action.startsWith(`${service}:`))));

describe.each(['3', '4'] as const)('a connection that starts with long-polling (Engine.IO %s)', (EIO) => {
  it('takes four requests, six invocations and 8 USD per million more at most', { tags: 'slow' }, async () => {
    const login = async (act: (auth: string) => Promise<RawClient>) => {
      let client: RawClient | undefined;
      const spent = await cost(async () => {
        client = await act(JSON.stringify(credentials({ client: someone() })));
      });
      client?.close();
      await client?.closed;
      return spent;
    };
    const usual = await login((auth) => raw(EIO, JSON.parse(auth)));
    const polling = await login((auth) => PollingClient.login(system.origin, EIO === '4' ? 4 : 3, auth));
    const requests = Object.entries(polling.invocations).filter(([id]) => id.startsWith('PollingFunction'));
    expect(sum(Object.fromEntries(requests))).toBeLessThanOrEqual(4);
    expect(sum(polling.invocations) - sum(usual.invocations)).toBeLessThanOrEqual(6);
    expect((bill(polling).dollars - bill(usual).dollars) * 1e6).toBeLessThan(8);
  });
});

async function raw(EIO: '3' | '4', login: string | Record<string, unknown>): Promise<RawClient> {
  const auth = JSON.stringify(typeof login === 'string' ? credentials({ client: login }) : login);
  const connected = await RawClient.connect(system.origin, { EIO, transport: 'websocket', auth });
  await connected.until((frame) => frame.includes('"login"'));
  return connected;
}

describe('a friend message with ack, to one device', () => {
  it('takes three calls of DynamoDB, two posts, one invocation, two write units and two read units at most', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    const [toms, jerrys] = await Promise.all([
      Device.login('1.4.8', system.origin, tom),
      Device.login('1.4.8', system.origin, jerry),
    ]);
    const spent = await cost(async () => {
      toms.client.emit('say', text(jerry, 'a message of ordinary length, as people write them', { ack: 1 }));
      await Promise.all([toms.acks.at(), jerrys.messages.at()]);
    });
    expect(spent.calls).toEqual({
      'dynamodb:BatchGetItem': 1,
      'dynamodb:PutItem': 1,
      'dynamodb:UpdateItem': 1,
      'execute-api:PostToConnection': 2,
    });
    expect(sum(spent.invocations)).toBe(1);
    expect(spent.writeUnits).toBeLessThanOrEqual(2);
    expect(spent.readUnits).toBeLessThanOrEqual(2);
    // Ensures that units are counted.
    expect(spent.readUnits * spent.writeUnits).toBeGreaterThan(0);
  });

  it('takes one write more with a client id, and one when it is repeated', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    const [toms, jerrys] = await Promise.all([
      Device.login('4.8.4', system.origin, tom),
      Device.login('4.8.4', system.origin, jerry),
    ]);
    const message = text(jerry, 'a message of ordinary length', { cid: someone('cid') });
    const first = await cost(async () => {
      await toms.say(message);
      await jerrys.messages.at();
    });
    expect(of('dynamodb', first)).toBe(4);
    expect(first.writeUnits).toBeLessThanOrEqual(3);
    expect(of('dynamodb', await cost(() => toms.say(message)))).toBeLessThanOrEqual(5);
    expect(jerrys.messages.received).toHaveLength(1);
  });
});

describe('a friend message with ack, to an offline user', () => {
  it('takes one read more, and one invocation if they have a telephone to push to', async () => {
    const [tom, jerry, butch] = [someone('tom'), someone('jerry'), someone('butch')];
    await befriend(system.origin, tom, jerry);
    await befriend(system.origin, tom, butch);
    const butchs = await Device.login('1.4.8', system.origin, { client: butch, install: someone('install') });
    await disconnect(system.cloud, butchs);
    const toms = await Device.login('1.4.8', system.origin, tom);
    const say = (to: string) =>
      cost(async () => {
        toms.client.emit('say', text(to, 'a message of ordinary length', { ack: 1 }));
        await toms.acks.at();
      });
    const calls = {
      'dynamodb:BatchGetItem': 2,
      'dynamodb:PutItem': 1,
      'dynamodb:UpdateItem': 1,
      'execute-api:PostToConnection': 1,
    };
    const spent = await say(jerry);
    expect(spent.calls).toEqual(calls);
    expect(sum(spent.invocations)).toBe(1);
    expect(spent.readUnits).toBeLessThanOrEqual(2);
    const pushed = await say(butch);
    // The push counts the message in the badge.
    expect(pushed.calls).toMatchObject({ ...calls, 'dynamodb:UpdateItem': 2, 'lambda:Invoke': 1 });
    expect(sum(pushed.invocations)).toBe(2);
  });
});

describe('connecting and logging in', () => {
  it.each(['3', '4'] as const)(
    'takes four posts, five calls of DynamoDB and four invocations at most (EIO=%s)',
    async (EIO) => {
      const spent = await cost(async () => (await raw(EIO, someone())).until((frame) => frame.includes('"login"')));
      expect(spent.posts).toBeLessThanOrEqual(4);
      expect(of('dynamodb', spent)).toBeLessThanOrEqual(5);
      expect(of('dynamodb', spent)).toBeGreaterThan(0);
      expect(sum(spent.invocations)).toBe(4);
    },
  );

  it('takes no more with a token, which is checked twice', async () => {
    await disconnect(system.cloud, await raw('4', someone()));
    const body = { id: someone('tom') };
    const headers = { 'X-ML-MasterKey': app.masterKey };
    const minted = await rest(system.origin, 'POST', '/2.0/tokens', { body, headers });
    const spent = await cost(() => raw('4', { app: app.id, sessionToken: Object(minted.body).token }));
    expect(spent.posts).toBeLessThanOrEqual(4);
    expect(of('dynamodb', spent)).toBeLessThanOrEqual(5);
    expect(sum(spent.invocations)).toBe(4);
  });

  it('takes no more while all friends are offline', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    // Fills the application cache, so that its read does not count here.
    await disconnect(system.cloud, await raw('3', someone()));
    const spent = await cost(() => raw('3', tom));
    expect(spent.posts).toBeLessThanOrEqual(4);
    expect(of('dynamodb', spent)).toBeLessThanOrEqual(5);
    expect(sum(spent.invocations)).toBe(4);
  });

  it('takes one read of the friends, one of their devices, and one post more for a friend online', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    await raw('3', jerry);
    const spent = await cost(() => raw('3', tom));
    expect(spent.posts).toBe(5);
    expect(of('dynamodb', spent)).toBeLessThanOrEqual(5);
    expect(sum(spent.invocations)).toBe(4);
  });
});

describe('heartbeats', () => {
  it('of an Engine.IO 3 client take one invocation, one post and no call of DynamoDB', async () => {
    const client = await raw('3', someone());
    const spent = await cost(async () => {
      client.send('2');
      await client.until((frame) => frame === '3');
    });
    expect(spent.calls).toEqual({ 'execute-api:PostToConnection': 1 });
    expect(sum(spent.invocations)).toBe(1);
  });

  it('are all that happens without connections', async () => {
    const spent = await costOf(
      system.cloud,
      () => system.cloud.fire('HeartbeatSchedule'),
      () => true,
    );
    expect(Object.keys(spent.calls).sort()).toEqual(['dynamodb:Query', 'dynamodb:UpdateItem']);
    expect(spent.calls['dynamodb:UpdateItem']).toBe(1);
    expect(sum(spent.invocations)).toBe(1);
  });
});
