import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { p8 } from '../support/certificates.ts';
import { NO_CHROMIUM } from '../support/chromium.ts';
import { Inbox } from '../support/collect.ts';
import { app, befriend, rest, someone } from '../support/demo-app.ts';
import { Device, text } from '../support/device.ts';
import { expectAccessible, type PageOptions, webPages } from '../support/pages.ts';
import { telephones } from '../support/phone.ts';
import { Receiver } from '../support/webhook-receiver.ts';

// Browsers also report refused requests, which some tests make.
const system = webPages((text) => text.includes('Failed to load resource'));
const phones = telephones(system);

const open = (options?: PageOptions) => system.open('/console', options);

async function fillIn(page: Page, masterKey: string): Promise<void> {
  await page.getByLabel('Application id').fill(app.id);
  await page.getByLabel('Master key').fill(masterKey);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** The console with somebody signed in, as an earlier test left it. Its overview can be an old one. */
const signedIn = () => system.keep('console', signIn);

async function signIn(options?: PageOptions): Promise<Page> {
  const page = await open(options);
  await fillIn(page, app.masterKey);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  return page;
}

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true });

async function show(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  await heading(page, name).waitFor();
}

async function search(page: Page, wanted: string): Promise<void> {
  await page.getByLabel('Id or attributes').fill(wanted);
  await page.getByRole('button', { name: 'Search' }).click();
}

const panel = (page: Page, name: string | RegExp) => page.getByRole('region', { name });
const click = (where: Page | ReturnType<typeof panel>, name: string) =>
  where.getByRole('button', { name, exact: true }).click();

async function confirm(page: Page, button: string): Promise<void> {
  await click(page, button);
  await page.getByRole('dialog').getByRole('button', { name: button }).click();
}

const master = (method: string, path: string, body?: unknown) =>
  rest(system.origin, method, path, {
    headers: { 'X-ML-MasterKey': app.masterKey },
    ...(body !== undefined && { body }),
  });

/** Two friends who have chatted. One of them is online. */
async function friends() {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, tom, jerry);
  await master('POST', `/ctx/${tom}/attributes`, { nickname: `Tom ${tom}`, city: 'Rome' });
  const device = await Device.login('4.8.4', system.origin, tom);
  await device.say(text(jerry, 'hello jerry'));
  return { tom, jerry, device };
}

it('is served with a policy that permits nothing from elsewhere', async () => {
  const { status, headers } = await fetch(`${system.origin}/console`);
  expect(status).toBe(200);
  expect(headers.get('content-security-policy')).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
});

describe.skipIf(NO_CHROMIUM)('the console', () => {
  it('refuses a wrong key, and keeps the right one only on request', async () => {
    const page = await open();
    await fillIn(page, 'wrong');
    await page.getByRole('alert').getByText('That failed').waitFor();
    await fillIn(page, app.masterKey);
    await heading(page, 'Overview').waitFor();
    expect(await page.evaluate('JSON.stringify([sessionStorage, localStorage])')).not.toContain(app.masterKey);
    await page.reload();
    await page.getByLabel('Keep them until this tab is closed').check();
    await fillIn(page, app.masterKey);
    await heading(page, 'Overview').waitFor();
    await page.reload();
    await heading(page, 'Overview').waitFor();
    await click(page, 'Sign out');
    await page.reload();
    await page.getByLabel('Master key').waitFor();
  }, 60_000);

  it('shows how the application is used, and what failed', async () => {
    const { jerry, device } = await friends();
    await phones.credentials();
    const phone = await phones.offline(jerry);
    system.cloud.outbox.faults.fail(phone.token, 1000);
    await device.say(text(jerry, 'a push that fails'));
    await system.cloud.settled();
    system.cloud.outbox.faults.clear();
    await system.cloud.fire('StatisticsSchedule');
    const page = await signIn();
    const tile = (name: string) => page.getByRole('main').getByRole('listitem').filter({ hasText: name });
    await expect.poll(() => tile('Devices online').locator('.value').textContent()).toBe('1');
    expect(Number(await tile('Messages today').locator('.value').textContent())).toBeGreaterThan(0);
    await panel(page, 'Failures')
      .getByRole('cell', { name: /PushFunction/ })
      .waitFor();
    await page.getByRole('figure', { name: 'Messages' }).getByText('Friends').last().waitFor();
    await page.getByText('Days', { exact: true }).click();
    await page.getByText('As a table').click();
    expect(await page.getByRole('table', { name: 'Over time' }).getByRole('row').count()).toBe(32);
  }, 60_000);

  it('finds users by id and attributes, and changes everything about them', async () => {
    const { tom, jerry, device } = await friends();
    const [spike, phone] = [someone('spike'), await phones.install()];
    await befriend(system.origin, jerry, spike);
    await phones.login(tom, phone);
    const page = await signedIn();
    await show(page, 'Users');
    await page.getByRole('link', { name: tom }).waitFor();
    await search(page, `nickname=Tom ${tom.slice(0, -1)}* & city=Rome`);
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    await search(page, 'nobody');
    await page.getByRole('alert').waitFor();
    await search(page, tom);
    await page.getByRole('link', { name: tom }).click();
    await heading(page, `User ${tom}`).waitFor();

    await page.getByLabel('JSON').fill('[]');
    await click(panel(page, 'Attributes'), 'Save');
    await page.getByText('Expected an object in JSON.').waitFor();
    await page.getByLabel('JSON').fill('{ "nickname": "Thomas" }');
    await click(panel(page, 'Attributes'), 'Save');
    await panel(page, 'Attributes').getByText('Saved.').waitFor();
    expect((await master('GET', `/ctx/${tom}/attributes`)).body).toEqual({ nickname: 'Thomas' });

    await expect.poll(() => panel(page, 'Devices online').getByRole('row').count()).toBe(3);
    await panel(page, 'Installations')
      .getByRole('button', { name: `Delete ${phone.install}` })
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await panel(page, 'Installations').getByText('None.').waitFor();

    await panel(page, 'Friends').getByLabel('Id').fill(spike);
    await click(panel(page, 'Friends'), 'Add');
    await panel(page, 'Friends').getByRole('link', { name: spike }).waitFor();
    await click(panel(page, 'Friends'), `Remove ${jerry}`);
    await panel(page, 'Friends').getByRole('link', { name: jerry }).waitFor({ state: 'detached' });
    device.close();
  }, 60_000);

  it('issues a token, opens the chat page with it, and ends the session', async () => {
    const tom = someone('tom');
    await befriend(system.origin, tom, someone('jerry'));
    const page = await signedIn();
    await page.goto(`${system.origin}/console#/users/${tom}`);
    await click(page, 'Create a token');
    const [chat] = await Promise.all([
      page.waitForEvent('popup'),
      page.getByRole('link', { name: `Open the chat page as ${tom}` }).click(),
    ]);
    await chat.getByRole('heading', { name: tom, exact: true }).waitFor();
    await page.reload();
    await fillIn(page, app.masterKey);
    await confirm(page, 'End all sessions');
    await panel(page, 'Sessions').getByText('None.').waitFor();
  }, 60_000);

  it('disconnects, bans and deletes a user', async () => {
    const { tom, device } = await friends();
    const kicks = new Inbox(device.client, 'kicked');
    const page = await signIn();
    await page.goto(`${system.origin}/console#/users/${tom}`);
    await panel(page, 'Devices online')
      .getByRole('button', { name: /^Disconnect/ })
      .click();
    expect(await kicks.at()).toEqual({ reason: 'removed' });
    await panel(page, 'Devices online').getByText('None.').waitFor();
    await panel(page, 'Ban').getByLabel('Reason').fill('Advertising');
    await panel(page, 'Ban').getByLabel('For', { exact: true }).selectOption('7 days');
    await confirm(page, 'Ban');
    await panel(page, 'Ban').getByText('banned').waitFor();
    expect((await master('GET', `/ctx/${tom}/ban`)).body).toMatchObject({ banned: true, reason: 'Advertising' });
    await click(page, 'Lift the ban');
    await panel(page, 'Ban').getByLabel('Reason').waitFor();
    await confirm(page, 'Delete the user');
    const progress = panel(page, 'Delete the user');
    await expect
      .poll(
        async () => {
          await click(progress, 'Reload');
          return progress.getByText('deleted', { exact: true }).count();
        },
        { timeout: 15_000 },
      )
      .toBe(1);
    expect((await master('GET', `/ctx/${tom}`)).status).toBe(404);
  }, 60_000);

  it('names admins, mutes members, and lists flagged messages', async () => {
    const { tom, jerry, device } = await friends();
    const group = String((await master('POST', '/groups', { owner: tom, members: [jerry] })).body);
    const page = await signIn();
    await page.goto(`${system.origin}/console#/groups/${group}`);
    await panel(page, 'Admins').getByLabel('Id').fill(jerry);
    await click(panel(page, 'Admins'), 'Add');
    await panel(page, 'Admins').getByRole('link', { name: jerry }).waitFor();
    await panel(page, 'Muted users').getByLabel('User').fill(tom);
    await click(panel(page, 'Muted users'), 'Mute');
    await panel(page, 'Muted users').getByRole('link', { name: tom }).waitFor();
    const message = { to: { id: group, type: 1 }, content: { media: 0, body: 'hi' } };
    expect(await device.say(message)).toMatchObject({ error: 5003 });
    await click(panel(page, 'Muted users'), `Unmute ${tom}`);
    await panel(page, 'Muted users').getByText('None.').waitFor();

    await show(page, 'Settings');
    await panel(page, 'Banned words').getByLabel('List messages with').fill('casino\nbank');
    await click(panel(page, 'Banned words'), 'Save');
    await panel(page, 'Banned words').getByText('Saved.').waitFor();
    expect((await master('GET', '/words')).body).toMatchObject({ words: [{ word: 'casino', action: 'flag' }, {}] });
    await panel(page, 'Banned words').getByLabel('List messages with').fill('');
    await click(panel(page, 'Banned words'), 'Save');
    await expect.poll(async () => (await master('GET', '/words')).body).toEqual({ words: [] });
    await show(page, 'Messages');
    await click(page, 'Show flagged messages');
    await panel(page, 'Flagged messages').getByText('None.').waitFor();
  }, 60_000);

  it('manages groups and rooms', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    const name = someone('cats');
    const group = String((await master('POST', '/groups', { owner: tom, name })).body);
    const room = String((await master('POST', '/rooms', { members: [tom], name })).body);
    const page = await signedIn();
    await show(page, 'Groups');
    await search(page, `name=${name.slice(0, -1)}*`);
    await page.getByRole('link', { name: group }).click();
    await heading(page, `Group ${group}`).waitFor();
    await panel(page, /^Members/)
      .getByLabel('Id')
      .fill(jerry);
    await click(panel(page, /^Members/), 'Add');
    await panel(page, 'Members (2)').waitFor();
    await page.getByLabel('New owner').fill(jerry);
    await click(page, 'Transfer');
    await page.getByRole('main').getByRole('definition').getByRole('link', { name: jerry }).waitFor();
    await click(panel(page, /^Members/), `Remove ${tom}`);
    await panel(page, 'Members (1)').waitFor();
    await confirm(page, 'Erase the history');
    await confirm(page, 'Delete');
    await heading(page, 'Groups').waitFor();
    expect((await master('GET', `/groups/${group}`)).status).toBe(404);

    await show(page, 'Rooms');
    await search(page, room);
    await page.getByRole('link', { name: room }).click();
    await page.getByLabel('JSON').fill('{ "name": "dogs" }');
    await click(panel(page, 'Attributes'), 'Save');
    await panel(page, 'Attributes').getByText('Saved.').waitFor();
    await confirm(page, 'Delete');
    await heading(page, 'Rooms').waitFor();
    expect((await master('GET', `/rooms/${room}`)).status).toBe(404);
  }, 60_000);

  it('reads conversations, which the audit log records', async () => {
    const { tom, jerry } = await friends();
    const group = String((await master('POST', '/groups', { owner: tom })).body);
    const page = await signedIn();
    await show(page, 'Messages');
    await page.getByLabel('Conversations of the user').fill(tom);
    await click(page, 'Show conversations');
    await page.getByRole('link', { name: jerry }).click();
    await page.getByText('hello jerry').waitFor();
    await show(page, 'Messages');
    await page.getByLabel('Group').fill(group);
    await click(page, 'Read messages');
    await panel(page, 'Messages').getByText('None.').waitFor();
    await show(page, 'Messages');
    const entries = page.getByRole('table', { name: 'Audit log' }).getByRole('row');
    for (const object of [`group/${group}`, `friend/${tom}/${jerry}`, `user/${tom}`])
      await entries.filter({ hasText: 'Conversation read' }).filter({ hasText: object }).waitFor();
  }, 60_000);

  it('sends system messages, with a preview of the push', async () => {
    const { tom, device } = await friends();
    const page = await signedIn();
    await show(page, 'Broadcast');
    await page.getByLabel('Id').fill(tom);
    await page.getByLabel('Text', { exact: true }).fill('maintenance at noon');
    await page.getByLabel('Before the text').fill('News: ');
    await panel(page, 'Push preview').getByText('News: maintenance at noon').waitFor();
    await page.getByLabel('Push to users').uncheck();
    await panel(page, 'Push preview').getByText('There is no push').waitFor();
    await click(page, 'Send');
    await page.getByText('Sent.').waitFor();
    await page.getByLabel('To', { exact: true }).selectOption('Everybody online');
    await page.getByLabel('Text', { exact: true }).fill('to all');
    await confirm(page, 'Send');
    await page.getByText('Sent.').waitFor();
    expect([await device.systems.at(0), await device.systems.at(1)]).toMatchObject([
      { content: { body: 'maintenance at noon' } },
      { content: { body: 'to all' } },
    ]);
    await page.getByLabel('To', { exact: true }).selectOption('A group');
    await page.getByLabel('Id').fill('nowhere');
    await click(page, 'Send');
    await page.getByRole('alert').getByText('That failed').waitFor();
  }, 60_000);

  it('uploads push credentials, and tests pushes', async () => {
    const page = await signIn();
    await show(page, 'Push');
    await page
      .getByLabel('File', { exact: true })
      .setInputFiles({ name: 'a.p8', mimeType: '', buffer: Buffer.from('x') });
    await click(page, 'Upload');
    await page.getByRole('alert').getByText('That failed').waitFor();
    const key = { name: 'key.p8', mimeType: '', buffer: Buffer.from(p8()) };
    await page.getByLabel('File', { exact: true }).setInputFiles(key);
    await page.getByLabel('Key id').fill('ABC1234567');
    await page.getByLabel('Team id').fill('TEAM123456');
    await page.getByLabel('Bundle id').fill('com.example.chat');
    await click(page, 'Upload');
    await panel(page, 'Credentials').getByText('com.example.chat').waitFor();

    const tom = someone('tom');
    const phone = await phones.offline(tom);
    await page.getByLabel('User', { exact: true }).fill(tom);
    await page.getByLabel('Text', { exact: true }).fill('Is this on?');
    await click(panel(page, 'Test push'), 'Test push');
    await page.getByRole('row').filter({ hasText: phone.install }).getByText('sent').waitFor();
    expect(await phones.pushesTo(phone)).toHaveLength(1);
    await page.getByRole('link', { name: 'Open the outbox' }).click();
    await page.getByText('Is this on?').first().waitFor();
  }, 60_000);

  it('changes settings, with the messages of the command line', async () => {
    const page = await signedIn();
    await show(page, 'Settings');
    const general = panel(page, 'General');
    await page.getByLabel('groupMembers').fill('many');
    await click(general, 'Save');
    await general.getByText('groupMembers: expected a whole number from 1 to 10000, not "many"').waitFor();
    await page.getByLabel('groupMembers').fill('70');
    await page.getByLabel('befriending').selectOption('contacts');
    await click(general, 'Save');
    await general.getByText('Saved.').waitFor();
    const secret = panel(page, 'logins.jwt').getByLabel('logins.jwt.secret');
    await secret.fill('s'.repeat(40));
    await click(panel(page, 'logins.jwt'), 'Save');
    await panel(page, 'logins.jwt').getByText('set, hidden', { exact: true }).waitFor();
    const oidc = { issuer: 'https://login.example.com', clientIds: ['chat'] };
    await page.getByRole('textbox', { name: 'logins.oidc' }).fill(JSON.stringify({ company: oidc }));
    await click(panel(page, 'logins.oidc'), 'Save');
    await panel(page, 'logins.oidc').getByText('Saved.').waitFor();
    const { settings } = Object((await master('GET', '/settings')).body);
    expect(settings).toEqual(
      expect.arrayContaining([
        { name: 'groupMembers', value: 70, isDefault: false },
        { name: 'befriending', value: 'contacts', isDefault: false },
        { name: 'logins.jwt.secret', value: '(hidden)', isDefault: false },
        { name: 'logins.oidc.company.clientIds', value: ['chat'], isDefault: false },
      ]),
    );
    for (const group of ['logins.jwt', 'logins.oidc', 'General']) {
      await click(page, `Reset to defaults: ${group}`);
      await page.getByRole('dialog').getByRole('button', { name: 'Reset to defaults' }).click();
      await page.getByRole('button', { name: `Reset to defaults: ${group}` }).waitFor({ state: 'detached' });
    }
    // So that the other tests find what they expect.
    await master('PATCH', '/settings', { mode: 'open', plainLogin: true, visitors: true });
  }, 60_000);

  it('speaks Chinese on request', async () => {
    const page = await signIn();
    await click(page, '中文');
    await page.getByRole('navigation').getByRole('link', { name: '广播' }).click();
    await heading(page, '广播').waitFor();
  }, 60_000);

  it('adds, tests and removes a webhook, and shows why it failed', async () => {
    const receiver = await Receiver.start();
    const url = receiver.url('/console');
    const page = await signIn();
    await show(page, 'Webhooks');
    await page.getByLabel('Address').fill(url);
    await page.getByLabel('message.sent').check();
    await page.getByLabel('before a login').check();
    await click(page, 'Add');
    await page.getByText('The secret is shown only once: whsec_').waitFor();
    const added = panel(page, url);
    await added.getByText('message.sent, before a login (allow)').waitFor();
    await click(added, `Test: ${url}`);
    await added.getByText(/^Accepted after/).waitFor();
    expect(receiver.events('/console')).toMatchObject([{ type: 'webhook.test' }]);
    await click(added, `New secret: ${url}`);
    await page.getByRole('dialog').getByRole('button', { name: 'New secret' }).click();
    await added.getByText('The secret is shown only once: whsec_').waitFor();
    receiver.respond('/console', () => ({ status: 500 }));
    await click(added, `Test: ${url}`);
    await panel(page, url).getByRole('cell', { name: 'The webhook answered 500' }).first().waitFor();
    await click(panel(page, url), `Turn off: ${url}`);
    await panel(page, url).getByText('off', { exact: true }).waitFor();
    await click(panel(page, url), `Remove ${url}`);
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await panel(page, url).waitFor({ state: 'detached' });
    receiver.stop();
  }, 90_000);

  it('axe finds no violation', async () => {
    const { tom, jerry } = await friends();
    await phones.credentials();
    await phones.login(tom, await phones.install());
    await master('POST', '/2.0/tokens', { id: tom });
    const group = String((await master('POST', '/groups', { owner: tom, members: [jerry], name: 'cats' })).body);
    const room = String((await master('POST', '/rooms', { members: [tom] })).body);
    const page = await open({ bypassCSP: true });
    await expectAccessible(page, 'sign in');
    await fillIn(page, app.masterKey);
    await heading(page, 'Overview').waitFor();
    await page.getByText('As a table').click();
    for (const [address, title] of [
      ['overview', 'Overview'],
      ['users', 'Users'],
      [`users/${tom}`, `User ${tom}`],
      ['groups', 'Groups'],
      [`groups/${group}`, `Group ${group}`],
      ['rooms', 'Rooms'],
      [`rooms/${room}`, `Room ${room}`],
      ['messages', 'Messages'],
      [`messages/user/${tom}`, `Conversations of ${tom}`],
      [`messages/friend/${tom}/${jerry}`, `Conversation: ${tom}, ${jerry}`],
      ['broadcast', 'Broadcast'],
      ['push', 'Push'],
      ['webhooks', 'Webhooks'],
      ['settings', 'Settings'],
    ] as const) {
      await page.evaluate(`location.hash = '#/${address}'`);
      await heading(page, title).waitFor();
      await expect.poll(() => page.getByRole('status').filter({ hasText: 'Loading' }).count()).toBe(0);
      await expectAccessible(page, title);
    }
  }, 120_000);
});
