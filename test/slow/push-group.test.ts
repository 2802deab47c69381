import { beforeAll, describe, expect, it } from 'vitest';
import { Device } from '../support/device.ts';
import { disconnect } from '../support/disconnect.ts';
import { macaw } from '../support/macaw.ts';
import { opened, telephones } from '../support/phone.ts';
import { testApi } from '../support/test-api.ts';

const system = macaw({ retryDelayMs: () => 1 });
const { ask, credentials, install, login, pushesTo } = telephones(system);
const { create, users } = testApi(system);

beforeAll(() => credentials());

const next = ({ token }: { token: string }) => system.cloud.outbox.nextPush(token);

describe('a group of 50 of whom 49 are offline', () => {
  it('49 are pushed to by one job, the sender pays for one more invocation; failures touch nobody else', async () => {
    const members = await users(...Array.from({ length: 49 }, (_, n) => `member${n}`));
    const [owner = ''] = await users('owner');
    const phones = await Promise.all(
      members.map(async (member) => {
        const phone = await install();
        await disconnect(system.cloud, await login(member, phone));
        return phone;
      }),
    );
    const group = await create('group', { owner, members });
    const device = await Device.login('4.8.4', system.origin, owner);
    await system.cloud.settled();
    const mark = system.cloud.calls.mark();
    await device.say({ to: { id: group, type: 1 }, content: { media: 0, body: 'all' } });
    await Promise.all(phones.map(next));
    await system.cloud.settled();
    const entries = system.cloud.calls.since(mark);
    const jobs = entries.filter(
      (entry) => entry.service === 'invocation' && entry.functionId.startsWith('PushFunction'),
    );
    expect(jobs).toHaveLength(1);
    const senders = system.cloud.calls.summary(mark, ({ functionId }) => functionId.startsWith('Message'));
    expect(senders.calls).toEqual({
      'dynamodb:Query': 1,
      'dynamodb:BatchGetItem': 3,
      'dynamodb:PutItem': 1,
      'dynamodb:UpdateItem': 1,
      'execute-api:PostToConnection': 1,
      'lambda:Invoke': 1,
    });

    const { faults } = system.cloud.outbox;
    const [throttled, broken, disabled, ...fine] = phones;
    if (!throttled || !broken || !disabled) throw new Error('There are 49 phones');
    // One endpoint fails more often than the SDK retries, and a later job reaches it. The other fails permanently and
    // ends in the failure queue.
    faults.throttle(throttled.token, 5);
    faults.fail(broken.token, 1000);
    faults.disable(disabled.token);
    await device.say({ to: { id: group, type: 1 }, content: { media: 0, body: 'again' } });
    await Promise.all([...fine, throttled].map(next));
    expect(await pushesTo(throttled)).toHaveLength(2);
    for (const phone of fine) expect(await pushesTo(phone)).toHaveLength(2);
    expect(await pushesTo(broken)).toHaveLength(1);
    expect(await pushesTo(disabled)).toHaveLength(1);
    const [failed, ...others] = Object.values(system.cloud.failureQueues()).flat();
    expect(others).toEqual([]);
    expect(failed).toMatchObject({
      requestPayload: {
        event: { content: { body: 'again' } },
        targets: [{ user: members[1], install: broken.install, counted: true }],
      },
    });
    faults.clear();

    // A disabled endpoint gets no push until the app registers its token again.
    await device.say({ to: { id: group, type: 1 }, content: { media: 0, body: 'third' } });
    expect(opened(await next(broken)).aps.badge).toBe(3);
    expect(await pushesTo(disabled)).toHaveLength(1);
    await ask('PUT', `/2.0/installations/${disabled.install}`, { deviceToken: disabled.token });
    await device.say({ to: { id: group, type: 1 }, content: { media: 0, body: 'fourth' } });
    expect(opened(await next(disabled)).aps.alert).toBe('fourth');
  }, 60_000);
});
