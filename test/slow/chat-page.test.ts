import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { picture } from '../attachments/images.ts';
import { NO_CHROMIUM } from '../support/chromium.ts';
import { app, befriend, rest, someone } from '../support/demo-app.ts';
import { Device } from '../support/device.ts';
import { expectAccessible, type PageOptions, webPages } from '../support/pages.ts';

// Browsers also report requests that fail because they are offline.
const system = webPages((text) => text.includes('ERR_INTERNET_DISCONNECTED'));

const open = (address = '/chat', options: PageOptions = {}) =>
  system.open(address, { viewport: { width: 1000, height: 700 }, ...options });

async function signIn(name: string, options?: PageOptions): Promise<Page> {
  const page = await open(`/chat#user=${name}`, options);
  await page.getByRole('heading', { name, exact: true }).waitFor();
  return page;
}

const entry = (page: Page, name: string | RegExp) => page.getByRole('navigation').getByRole('link', { name });
const log = (page: Page) => page.getByRole('log');

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
}

/** Two contacts, and the pages of both, each in a browser of its own. */
async function pair(options?: PageOptions) {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, tom, jerry);
  const [toms, jerrys] = await Promise.all([signIn(tom, options), signIn(jerry, options)]);
  return { tom, jerry, toms, jerrys };
}

async function openChat(page: Page, name: string): Promise<void> {
  await page.getByRole('group', { name: 'Show' }).getByText('Contacts').click();
  await entry(page, name).click();
  await page.getByRole('main').getByRole('heading', { name }).waitFor();
}

describe('the files of the chat page', () => {
  const get = (path: string, origin = system.origin) => fetch(new URL(path, origin));

  it('have a strict policy, and names with hashes that browsers keep', async () => {
    const page = await get('/chat');
    const html = await page.text();
    expect(page.headers.get('cache-control')).toBe('public, no-cache');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'; ");
    expect(policy).toContain(`connect-src 'self' ${system.origin}/_s3/macaw-prod-attachments-`);
    expect(policy).not.toContain('unsafe');
    const parts = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
    expect(parts.map((path) => path.replace(/-\w+\./, '-HASH.'))).toEqual([
      '/chat/icon-HASH.svg',
      '/chat/main-HASH.css',
      '/chat/main-HASH.js',
    ]);
    for (const path of parts) {
      const { status, headers } = await get(path);
      expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    }
    expect((await get('/chat/main.js')).status).toBe(404);
  });

  it('name the client key of an open application, and never the master key', async () => {
    const answer = await (await get('/chat/configuration.json')).text();
    expect(JSON.parse(answer)).toEqual({ app: app.id, mode: 'open', clientKey: app.clientKey });
  });
});

describe.skipIf(NO_CHROMIUM)('the chat page', () => {
  it('pins, mutes and blocks', async () => {
    const { tom, jerry, toms, jerrys } = await pair();
    await openChat(toms, jerry);
    await openChat(jerrys, tom);
    await say(toms, 'hello jerry');
    await log(jerrys).getByText('hello jerry').waitFor();
    const button = (name: string) => jerrys.getByRole('main').getByRole('button', { name, exact: true });
    for (const name of ['Pin', 'Mute', 'Block']) {
      await button(name).click();
      await jerrys.getByRole('main').getByRole('button', { name, exact: true, pressed: true }).waitFor();
    }
    await say(toms, 'are you there?');
    await log(toms).getByText('Not sent').waitFor();
    await jerrys.getByRole('group', { name: 'Show' }).getByText('Chats').click();
    await entry(jerrys, tom).getByText('pinned').waitFor();
    await entry(jerrys, tom).getByText('muted').waitFor();
    await button('Block').click();
    await log(toms).getByRole('button', { name: 'Try again' }).click();
    await log(jerrys).getByText('are you there?').waitFor();
  });

  it('sets hours without pushes, and pushes without text', async () => {
    const page = await signIn(someone('tom'), { bypassCSP: true });
    const dialog = page.getByRole('dialog', { name: 'Push notifications' });
    const open = () => page.getByRole('button', { name: 'Push notifications' }).click();
    await open();
    await dialog.getByLabel('Show the text of messages').uncheck();
    await dialog.getByLabel('Quiet from').fill('22:00');
    await dialog.getByLabel('Quiet until').fill('07:30');
    await expectAccessible(page, 'push settings');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await open();
    await expect.poll(() => dialog.getByLabel('Quiet from').inputValue()).toBe('22:00');
    expect(await dialog.getByLabel('Quiet until').inputValue()).toBe('07:30');
    expect(await dialog.getByLabel('Show the text of messages').isChecked()).toBe(false);
  });

  it('two people find each other and chat in both directions, with unread counts, receipts and presence', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const [toms, jerrys] = await Promise.all([open(), signIn(jerry)]);
    await toms.getByLabel('Name').fill(tom);
    await toms.getByRole('button', { name: 'Sign in' }).click();
    await toms.getByRole('heading', { name: tom, exact: true }).waitFor();
    await toms.getByRole('searchbox').fill(jerry.slice(0, -1));
    await toms.getByRole('button', { name: `Chat with ${jerry}` }).click();
    await toms.getByRole('main').getByText('online', { exact: true }).waitFor();
    await say(toms, 'hello jerry');
    await log(toms).getByText('Sent', { exact: true }).waitFor();

    await entry(jerrys, /1 unread/).waitFor();
    expect(await jerrys.title()).toBe('(1) Macaw Chat');
    await entry(jerrys, tom).click();
    await log(jerrys).getByText('hello jerry').waitFor();
    await log(toms).getByText('Read', { exact: true }).waitFor();
    await expect.poll(() => jerrys.title()).toBe('Macaw Chat');
    expect(await entry(jerrys, /unread/).count()).toBe(0);

    await say(jerrys, 'hello tom');
    await log(toms).getByText('hello tom').waitFor();
    // A reload keeps the login, the conversation on display, the history and the receipts.
    await toms.reload();
    await log(toms).getByText('hello tom').waitFor();
    await log(toms).getByText('Read', { exact: true }).waitFor();
    expect(await log(toms).getByRole('listitem').count()).toBe(2);

    await jerrys.getByRole('button', { name: 'Sign out' }).click();
    await jerrys.getByRole('heading', { name: 'Sign in to the demo' }).waitFor();
    await toms.getByRole('main').getByText('offline', { exact: true }).waitFor();
  }, 120_000);

  it('sends an image with progress, a sound and a file', async () => {
    const { tom, jerry, toms, jerrys } = await pair();
    await openChat(toms, jerry);
    await openChat(jerrys, tom);
    await toms.evaluate(`
      window.progress = [];
      new MutationObserver(() => {
        const bar = document.querySelector('progress');
        if (bar) window.progress.push(bar.value);
      }).observe(document.body, { subtree: true, childList: true, attributes: true });
    `);
    const choose = (name: string, mimeType: string, buffer: Buffer) =>
      toms.getByLabel('Send a file').setInputFiles({ name, mimeType, buffer });
    await choose('cat.jpg', 'image/jpeg', Buffer.from(picture('.jpg', 900, 300)));
    const image = log(jerrys).getByRole('img', { name: 'cat.jpg' });
    await image.waitFor();
    await expect.poll(() => image.evaluate((element) => Reflect.get(element, 'naturalWidth'))).toBe(900);
    await log(toms).getByText('Read', { exact: true }).waitFor();
    expect(await toms.getByRole('progressbar').count()).toBe(0);
    expect(Math.max(...(await toms.evaluate<number[]>('window.progress')))).toBe(1);

    await choose('song.mp3', 'audio/mpeg', Buffer.from('not really a song'));
    await log(jerrys).getByLabel('song.mp3').waitFor();
    await choose('plan.pdf', 'application/pdf', Buffer.from('%PDF-1.4'));
    const link = log(jerrys).getByRole('link', { name: 'plan.pdf' });
    const [download] = await Promise.all([jerrys.waitForEvent('download'), link.click()]);
    expect(download.suggestedFilename()).toBe('plan.pdf');
  }, 120_000);

  it('sends a file, although a reload interrupted the upload', async () => {
    const { tom, jerry, toms, jerrys } = await pair();
    await openChat(toms, jerry);
    await openChat(jerrys, tom);
    // Uploads get no answer.
    await toms.route('**/_s3/**', () => undefined);
    const file = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('do not forget') };
    await Promise.all([toms.waitForRequest('**/_s3/**'), toms.getByLabel('Send a file').setInputFiles(file)]);
    await toms.unroute('**/_s3/**');
    await toms.reload();
    await log(jerrys).getByRole('link', { name: 'notes.txt' }).waitFor();
    await log(toms).getByText('Read', { exact: true }).waitFor();
    expect(await log(toms).getByRole('listitem').count()).toBe(1);
  }, 120_000);

  it('keeps messages that were written offline, and catches up', async () => {
    const { tom, jerry, toms, jerrys } = await pair();
    await openChat(toms, jerry);
    await openChat(jerrys, tom);
    await toms.context().setOffline(true);
    await toms.getByRole('status').getByText('You are offline').waitFor();
    await say(toms, 'written offline');
    await log(toms).getByText('Sending', { exact: true }).waitFor();
    await say(jerrys, 'are you there?');
    await log(jerrys).getByText('Sent', { exact: true }).waitFor();
    await toms.context().setOffline(false);
    await log(jerrys).getByText('written offline').waitFor();
    await log(toms).getByText('are you there?').waitFor();
    expect(await log(toms).getByRole('listitem').count()).toBe(2);
  }, 120_000);

  it('a group shows how many members have read a message; others find it and join', async () => {
    const { jerry, toms, jerrys } = await pair();
    const name = someone('cats');
    await toms.getByRole('button', { name: 'New group' }).click();
    await toms.getByLabel('Name of the group').fill(name);
    await toms.getByRole('checkbox', { name: jerry }).check();
    await toms.getByRole('button', { name: 'Create' }).click();
    await toms.getByRole('main').getByText('2 members').waitFor();
    await say(toms, 'meow');
    await entry(jerrys, name).click();
    await log(jerrys).getByText('meow').waitFor();
    await log(toms).getByText('Read by 1').waitFor();

    const spike = await signIn(someone('spike'));
    await spike.getByRole('searchbox').fill(name);
    await spike.getByRole('button', { name: `Join ${name}` }).click();
    await log(spike).getByText('meow').waitFor();
    await toms.getByRole('main').getByText('3 members').waitFor();
  }, 120_000);

  it('edits, deletes, answers and reacts with the keyboard, and shows who is writing', async () => {
    const { tom, jerry, toms, jerrys } = await pair();
    await openChat(toms, jerry);
    await openChat(jerrys, tom);
    const row = (page: Page, text: string) => log(page).getByRole('listitem').filter({ hasText: text });
    const act = async (page: Page, text: string, action: string) => {
      await row(page, text).getByLabel('Actions for the message').press('Enter');
      await row(page, text).getByRole('button', { name: action }).press('Enter');
    };
    await toms.getByRole('textbox', { name: 'Message' }).pressSequentially('hel');
    await jerrys.getByRole('status').getByText(`${tom} is writing`).waitFor();
    await say(toms, 'helo');
    await log(jerrys).getByText('helo').waitFor();
    await log(toms).getByText('Read', { exact: true }).waitFor();

    await act(toms, 'helo', 'Edit');
    await toms.keyboard.press('ControlOrMeta+A');
    await toms.keyboard.type('hello');
    await toms.keyboard.press('Enter');
    await row(jerrys, 'hello').getByText('edited').waitFor();

    await act(jerrys, 'hello', 'React with 👍');
    const reaction = row(toms, 'hello').getByRole('button', { name: '👍, 1' });
    await reaction.press('Enter');
    await row(jerrys, 'hello').getByRole('button', { name: '👍, 2', pressed: true }).press('Enter');
    await row(toms, 'hello').getByRole('button', { name: '👍, 1', pressed: true }).waitFor();

    await act(jerrys, 'hello', 'Reply');
    await jerrys.keyboard.type('hi');
    await jerrys.keyboard.press('Enter');
    await row(toms, 'hi').getByRole('blockquote').getByText('hello').waitFor();

    await act(toms, 'edited', 'Delete for everybody');
    await log(jerrys).getByText('This message was deleted').first().waitFor();
    await jerrys.reload();
    await log(jerrys).getByText('This message was deleted').first().waitFor();
    expect(await log(jerrys).getByText('hello').count()).toBe(0);
  }, 120_000);

  it('completes mentions in a group, and shows them in the list; a location is a link to a map', async () => {
    const { tom, jerry, toms, jerrys } = await pair();
    const headers = { 'X-ML-AppId': app.id, 'X-ML-APIKey': app.clientKey };
    const body = JSON.stringify({ owner: tom, members: [jerry], name: someone('dogs') });
    const id = String(await (await fetch(`${system.origin}/groups`, { method: 'POST', headers, body })).json());
    await toms.evaluate(`location.hash = '#group/${id}'`);
    const input = toms.getByRole('textbox', { name: 'Message' });
    await toms.getByRole('main').getByText('2 members').waitFor();
    await input.pressSequentially('see @je');
    await toms.getByRole('option', { name: `@${jerry}`, selected: true }).waitFor();
    await toms.keyboard.press('Enter');
    expect(await input.inputValue()).toBe(`see @${jerry} `);
    await toms.keyboard.press('Enter');
    await entry(jerrys, /You were mentioned/).click();
    await expect.poll(() => entry(jerrys, /You were mentioned/).count()).toBe(0);

    const location = { media: 5, body: JSON.stringify({ lat: 22.28, lng: 114.16, name: 'Hong Kong' }) };
    const device = await Device.login('4.8.4', system.origin, tom);
    await device.say({ to: { id, type: 1 }, content: location });
    device.close();
    const link = log(jerrys).getByRole('link', { name: 'Hong Kong' });
    await expect.poll(() => link.getAttribute('href')).toContain('mlat=22.28&mlon=114.16');
  }, 120_000);

  it('fits a phone, and works with the keyboard alone', async () => {
    const { tom, jerry, toms } = await pair({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
    const isWide = () => toms.evaluate('document.documentElement.scrollWidth > innerWidth');
    expect((await toms.getByRole('main').boundingBox())?.width).toBe(1);
    await toms.getByRole('radio', { name: 'Chats' }).focus();
    await toms.keyboard.press('ArrowRight');
    await entry(toms, jerry).focus();
    expect(await isWide()).toBe(false);
    await toms.keyboard.press('Enter');
    await toms.getByRole('textbox', { name: 'Message' }).focus();
    await toms.keyboard.type('a'.repeat(300));
    await toms.keyboard.press('Shift+Enter');
    await toms.keyboard.type('second line');
    await toms.keyboard.press('Enter');
    await log(toms).getByText('second line').waitFor();
    expect([await isWide(), await toms.getByRole('navigation').isVisible()]).toEqual([false, false]);
    await toms.getByRole('button', { name: 'Back to the list' }).press('Enter');
    await expect.poll(() => toms.evaluate('document.activeElement.textContent')).toContain(jerry);
    await toms.goBack();
    await log(toms).getByText('second line').waitFor();
    expect(tom).not.toBe(jerry);
  }, 120_000);

  it('speaks the language of the browser, and another one on request', async () => {
    const page = await open('/chat', { locale: 'zh-CN' });
    await page.getByRole('heading', { name: '登录演示应用' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    await page.getByRole('button', { name: 'English' }).click();
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in to the demo' }).waitFor();
  }, 120_000);

  it('says why a login fails', async () => {
    const page = await open('/chat#token=wrong');
    await page.getByRole('alert').getByText('That failed').waitFor();
    expect(page.url()).toBe(`${system.origin}/chat`);
  }, 120_000);

  it('paints within a second', async () => {
    const page = await open();
    await page.getByRole('heading').waitFor();
    const times: number[] = [];
    for (let n = 0; n < 3; n++) {
      await page.reload();
      await page.getByRole('heading').waitFor();
      times.push(await page.evaluate(`performance.getEntriesByName('first-contentful-paint')[0].startTime`));
    }
    expect(Math.min(...times)).toBeLessThan(1000);
  }, 120_000);

  it('axe finds no violation', async () => {
    const options = { bypassCSP: true };
    const { jerry, toms, jerrys } = await pair(options);
    await expectAccessible(await open('/chat', options), 'sign in');
    await expectAccessible(toms, 'empty list');
    await openChat(toms, jerry);
    await say(toms, 'hello https://example.com');
    const buffer = Buffer.from(picture('.jpg', 90, 30));
    await toms.getByLabel('Send a file').setInputFiles({ name: 'cat.jpg', mimeType: 'image/jpeg', buffer });
    await entry(jerrys, /2 unread/).waitFor();
    await log(toms).getByRole('img').waitFor();
    await toms.getByLabel('Actions for the message').first().click();
    await toms.getByRole('button', { name: 'React with 👍' }).first().click();
    await toms.getByRole('button', { name: '👍, 1' }).waitFor();
    await toms.getByLabel('Actions for the message').first().click();
    await expectAccessible(toms, 'conversation');
    await expectAccessible(jerrys, 'list');
    await toms.getByRole('button', { name: 'New group' }).click();
    await expectAccessible(toms, 'dialog');
    await toms.getByRole('button', { name: 'Cancel' }).click();
    await toms.getByRole('searchbox').fill('jerry');
    await toms
      .getByRole('button', { name: /^Chat with jerry/ })
      .first()
      .waitFor();
    await expectAccessible(toms, 'search');
  }, 90_000);

  it('a strict application gives no key; users log in with a token from its address', async () => {
    const { origin } = await system.withParameters({ Mode: 'strict' });
    const master = (path: string, body?: unknown) =>
      rest(origin, 'POST', path, { body, headers: { 'X-ML-MasterKey': app.masterKey } });
    const tokenOf = async (id: string) => String(Object((await master('/2.0/tokens', { id })).body).token);
    const configuration = await (await fetch(`${origin}/chat/configuration.json`)).json();
    expect(configuration).toEqual({ app: app.id, mode: 'strict' });
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const [toms, jerrys] = [await tokenOf(tom), await tokenOf(jerry)];
    await master(`/ctx/${tom}/friends/${jerry}`);
    const page = await open(`/chat#token=${toms}`, { origin });
    await page.getByRole('heading', { name: tom, exact: true }).waitFor();
    expect(page.url()).toBe(`${origin}/chat`);
    const other = await open('/chat', { origin });
    await other.getByLabel('Token').fill(jerrys);
    await other.getByRole('button', { name: 'Sign in' }).click();
    await openChat(page, jerry);
    await say(page, 'hello');
    await entry(other, /1 unread/).waitFor();
  }, 150_000);
});
