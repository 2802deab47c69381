import { describe, expect, it } from 'vitest';
import { Device } from '../support/device.ts';
import { macaw, rest, someone } from '../support/macaw.ts';
import { testApi } from '../support/test-api.ts';

// The typical duration on AWS.
const system = macaw({ transactionMs: 20 });
const { call, create, users } = testApi(system);

describe('writes that conflict with a transaction', () => {
  it('are retried at a login', { tags: 'slow' }, async () => {
    const user = someone();
    system.cloud.conflict(3);
    const device = await Device.login('4.8.4', system.origin, { client: user });
    device.close();
    expect((await rest(system.origin, 'GET', `/ctx/${user}`)).status).toBe(200);
  });

  it('are retried when a group is deleted', async () => {
    const [owner = '', member = ''] = await users('owner', 'member');
    const group = await create('group', { owner, members: [member] });
    system.cloud.conflict(2);
    expect((await call('DELETE', `/groups/${group}`)).status).toBe(204);
    expect((await call('GET', `/groups/${group}`)).status).toBe(404);
  });

  it('fail when the transactions never end', { tags: 'slow' }, async () => {
    const visitor = { id: someone(), name: 'x' };
    system.cloud.conflict(1000);
    const answer = await call('POST', '/passengers', visitor).finally(() => system.cloud.conflict(0));
    expect(answer).toMatchObject({ status: 500, body: { errorCode: 5002 } });
    expect(await call('GET', `/passengers/${visitor.id}`)).toMatchObject({ status: 404 });
    // The same request succeeds as soon as it meets no transaction.
    expect(await call('POST', '/passengers', visitor)).toMatchObject({ status: 200, body: visitor.id });
    expect(await call('GET', `/passengers/${visitor.id}`)).toMatchObject({ status: 200, body: { name: 'x' } });
  });
});
