import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AuthorizerContext } from '../../functions/auth/authorizer-context.ts';
import { DeliverJob } from '../../functions/jobs/deliver.ts';
import { hashKey } from '../../functions/shared/sign.ts';
import { database } from '../support/database.ts';
import { app, credentials, rest } from '../support/demo-app.ts';
import { Device } from '../support/device.ts';

// Visitors had the name "passenger". Data from that time must stay readable.

const STRICT = 'old-strict';
const system = database(() => ({ [STRICT]: { mode: 'strict' } }));

const visitor = { app: app.id, kind: 'visitor', id: 'guest' };
const passenger = { ...visitor, kind: 'passenger' };

describe('a visitor of before', () => {
  it('keeps the partition, and the connection on which they are logged in', async () => {
    const { database, origin } = system;
    // With credentials in the CONNECT payload, every frame requires a read of the connection owner.
    const options = { options: { auth: credentials({ passenger: { id: 'guest', name: 'Tyke' } }) } };
    const guest = new Device('4.8.4', origin, options);
    await guest.loggedIn();
    const tom = await Device.login('4.8.4', origin, 'tom');

    const stored = await database.connections();
    const connection = stored.find(({ pk, id }) => String(pk).startsWith('connection#') && id === 'guest');
    expect(stored.map(({ pk }) => pk)).toContain(`${app.id}#passenger#guest`);
    await database.addConnections([{ ...connection, kind: 'passenger' }]);

    await guest.say({ to: { id: 'tom' }, content: { body: 'is anybody there?' } });
    expect(await tom.messages.at()).toMatchObject({ from: { id: 'guest', type: 3 } });
    expect((await database.messages()).map(({ pk }) => pk)).toContain(`${app.id}#passenger#guest#tom`);
  });

  it('keeps the token', async () => {
    const claims = Buffer.from(JSON.stringify({ kind: 'passenger', id: 'guest', until: Date.now() + 60_000 }));
    const text = claims.toString('base64url');
    const seal = createHmac('sha256', hashKey(app.masterKey)).update(`session ${STRICT} ${text}`).digest('base64url');
    const headers = { 'X-ML-AppId': STRICT, 'X-ML-Session-Token': `${text}.${seal}` };
    const master = { 'X-ML-AppId': STRICT, 'X-ML-MasterKey': app.masterKey };
    const body = { id: 'guest', name: 'Tyke' };
    expect(await rest(system.origin, 'POST', '/passengers', { body, headers: master })).toMatchObject({ status: 200 });
    expect(await rest(system.origin, 'GET', '/passengers/guest', { headers })).toMatchObject({
      status: 200,
      body: { name: 'Tyke' },
    });
  });

  it.each(['passenger', 'visitor'])('is a visitor to who reads %s in a context or a job', (kind) => {
    const context = { eio: '4', outcome: 'known', app: app.id, kind, id: 'guest' };
    expect(AuthorizerContext.parse(context)).toMatchObject({ principal: visitor });
    const part = { kind: 'recipients', recipients: [{ connectionId: 'x=', owner: { ...passenger, kind } }] };
    const job = {
      app: app.id,
      event: { name: 'message', args: [] },
      priority: 'message',
      part,
      share: { perSecond: 1, burst: 1, since: 0 },
    };
    expect(DeliverJob.parse(job)).toMatchObject({ part: { recipients: [{ owner: visitor }] } });
  });
});
