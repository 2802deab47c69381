import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { telephone } from '../accounts/calls.ts';
import { p12 } from '../support/certificates.ts';
import { Device, text } from '../support/device.ts';
import { app, befriend, credentials, type macaw, someone } from '../support/macaw.ts';
import { telephones } from '../support/phone.ts';
import { PollingClient } from '../support/polling-client.ts';
import { RawClient } from '../support/raw.ts';
import { testApi } from '../support/test-api.ts';
import { Receiver } from '../support/webhook-receiver.ts';

/** Message content, which must not appear in logs. */
export const BODY = `secret-${randomUUID()}`;
export const PASSWORD = `correct-horse-${randomUUID()}`;

/**
 * Causes every counted event once: successes, and failures of every kind.
 * @returns texts that must not appear in logs
 */
export async function busy(system: ReturnType<typeof macaw>): Promise<string[]> {
  const { call, login, users, create } = testApi(system);
  const phones = telephones(system);
  const { cloud, origin } = system;
  /** Throttles a service until an action is counted. The SDK retries for a while before it fails. */
  const throttled = async (service: 'dynamodb' | 'execute-api', metric: string, action: () => unknown) => {
    // Earlier test files on the same cloud may have counted the same.
    const before = cloud.metrics.sum(metric);
    cloud.throttle(service, 1000);
    await action();
    while (cloud.metrics.sum(metric) === before) await setTimeout(20);
    cloud.throttle(service, 0);
  };
  const master = { 'X-ML-MasterKey': app.masterKey };

  // Logins: one of each kind, one rejected, and one that fails because of a server error.
  const [tom = '', jerry = ''] = await users('tom', 'jerry');
  await befriend(origin, tom, jerry);
  const account = { username: someone(), password: PASSWORD };
  const registered = await call('POST', '/2.0/users', account);
  const [toms, jerrys, visitor] = await Promise.all([login(tom), login(jerry), login({ passenger: {} })]);
  await login({ username: account.username, password: PASSWORD });
  await failing(origin, credentials({ client: tom }, 'a wrong key'));
  const auth = JSON.stringify(credentials({ client: someone() }));
  await cloud.settled();
  await throttled('execute-api', 'LoginsFailed', () =>
    RawClient.connect(origin, { EIO: '4', transport: 'websocket', auth }),
  );

  // Messages of each kind.
  const say = (to: string, type: number) => toms.say({ to: { id: to, type }, content: { media: 0, body: BODY } });
  await toms.say(text(jerry, BODY));
  await jerrys.messages.at();
  await say(await create('group', { owner: tom, members: [jerry] }), 1);
  await say(await create('room', { members: [tom, jerry] }), 2);
  await say(await visitor.loggedIn(), 3);
  await say(jerry, 4);
  await call('POST', `/system/${tom}`, { content: { media: 0, body: BODY } }, master);
  await toms.systems.at();

  // Rejected messages: one invalid, and one that fails because of a server error.
  await toms.say(text(someone('nobody'), BODY));
  await throttled('dynamodb', 'MessagesFailed', () => toms.client.emit('say', text(jerry, BODY)));

  // Events for a webhook: one that arrives, and one that fails.
  const receiver = await Receiver.start();
  const { body } = await call('POST', '/webhooks', { url: receiver.url('/hook'), before: ['join'] }, master);
  const webhook = `/webhooks/${Object(body).id}`;
  await call('POST', `${webhook}/test`, undefined, master);
  receiver.respond('/hook', () => ({ status: 500 }));
  await call('POST', `${webhook}/test`, undefined, master);
  await call('DELETE', webhook, undefined, master);
  receiver.stop();

  // Posts that are throttled, that fail permanently, and that reach no connection.
  await cloud.settled();
  await throttled('execute-api', 'PostsFailed', () => toms.client.emit('say', text(jerry, BODY)));
  const open = cloud.connections();
  await login({ client: jerry });
  for (const connection of cloud.connections()) if (!open.includes(connection)) cloud.drop(connection);
  await toms.say(text(jerry, BODY));

  // A heartbeat, as clients of Engine.IO 3 send it.
  const old = await RawClient.connect(origin, { EIO: '3', transport: 'websocket' });
  old.send('2');
  await old.until((frame) => frame === '3');

  // Long-polling: a client that upgrades, and one that does not.
  const started = await PollingClient.login(origin, 4, JSON.stringify(credentials({ client: someone() })));
  started.close();
  const refused = (await PollingClient.open(origin, 4)).age(24_500);
  await refused.get();
  await refused.get();
  await call('POST', '/attachment', { filename: 'cat.jpg', contentType: 'image/jpeg', size: 1 });

  // Codes: one that is sent, and one that comes too soon after it.
  const mobilePhone = telephone();
  for (const _ of ['sent', 'refused']) await call('POST', '/2.0/requestLoginSmsCode', { mobilePhone });

  // Pushes: one that is sent, one that fails permanently, and a certificate with an expiry.
  await phones.credentials();
  for (const works of [true, false]) {
    const [friend = ''] = await users('friend');
    await befriend(origin, tom, friend);
    const phone = await phones.offline(friend);
    if (!works) cloud.outbox.faults.fail(phone.token, 1000);
    await toms.say(text(friend, BODY));
  }
  await phones.ask('PUT', '/2.0/push/credentials/apns_sandbox', {
    file: p12('x', { development: true }),
    password: 'x',
  });
  await cloud.fire('PushExpirySchedule');
  await cloud.fire('HeartbeatSchedule');
  await cloud.settled();

  const { sessionToken } = Object(registered.body);
  return [BODY, PASSWORD, app.clientKey, app.masterKey, String(sessionToken), String(Object(JSON.parse(auth)).sign)];
}

/** A login that must fail. */
async function failing(origin: string, auth: Record<string, unknown>): Promise<void> {
  const device = new Device('4.8.4', origin, {
    query: { auth: JSON.stringify(auth) },
    options: { reconnection: false },
  });
  await device.disconnects.at();
}
