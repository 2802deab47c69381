import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Cloud, startCloud } from '../../local/cloud.ts';
import { DEMO, DEMO_CONFIGURATION } from '../../scripts/demo.ts';
import { synthesize } from '../../scripts/synth.ts';
import { picture } from '../attachments/images.ts';
import { launchChromium, NO_CHROMIUM } from '../support/chromium.ts';
import { app, befriend, FAST_HASHES, someone } from '../support/demo-app.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const directory = mkdtempSync(join(tmpdir(), 'macaw-chat-page-'));
const assembly = join(directory, 'assembly');
let cloud: Cloud;
let browser: Browser;

const start = (parameters: Record<string, string>) =>
  startCloud({ assembly, temporaryDir: directory, ...DEMO, parameters, environment: FAST_HASHES });

beforeAll(async () => {
  await synthesize(assembly, { configuration: DEMO_CONFIGURATION });
  cloud = await start(DEMO.parameters);
  if (!NO_CHROMIUM) browser = await launchChromium();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await cloud?.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** What browsers report: exceptions, failed requests, violations of the policy. */
const problems: string[] = [];
async function closePages(): Promise<void> {
  for (const context of browser?.contexts() ?? []) await context.close();
}

afterEach(async () => {
  await closePages();
  expect(problems.splice(0)).toEqual([]);
});

async function open(address = '/chat', options: BrowserContextOptions = {}, { origin } = cloud): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1000, height: 700 }, ...options });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    // Browsers also report requests that fail because they are offline.
    if (message.type() === 'error' && !message.text().includes('ERR_INTERNET_DISCONNECTED')) {
      problems.push(`${message.text()} ${message.location().url}`);
    }
  });
  await page.goto(origin + address);
  return page;
}

async function signIn(name: string, options?: BrowserContextOptions): Promise<Page> {
  const page = await open('/chat', options);
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Sign in' }).click();
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
async function pair(options?: BrowserContextOptions) {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(cloud.origin, tom, jerry);
  const [toms, jerrys] = await Promise.all([signIn(tom, options), signIn(jerry, options)]);
  return { tom, jerry, toms, jerrys };
}

async function openChat(page: Page, name: string): Promise<void> {
  await page.getByRole('group', { name: 'Show' }).getByText('Contacts').click();
  await entry(page, name).click();
  await page.getByRole('main').getByRole('heading', { name }).waitFor();
}

describe('the files of the chat page', () => {
  const get = (path: string, origin = cloud.origin) => fetch(new URL(path, origin));

  it('have a strict policy, and names with hashes that browsers keep', async () => {
    const page = await get('/chat');
    const html = await page.text();
    expect(page.headers.get('cache-control')).toBe('public, no-cache');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'; ");
    expect(policy).toContain(`connect-src 'self' ${cloud.origin}/_s3/macaw-prod-attachments-`);
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

  it('two people find each other and chat in both directions, with unread counts, receipts and presence', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const [toms, jerrys] = await Promise.all([signIn(tom), signIn(jerry)]);
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
    // A reload keeps the login, the conversation on display and the history.
    await toms.reload();
    await log(toms).getByText('hello tom').waitFor();
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

  it('fits a phone, and works with the keyboard alone', async () => {
    const { tom, jerry, toms } = await pair({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
    const isWide = () => toms.evaluate('document.documentElement.scrollWidth > innerWidth');
    expect(await toms.getByRole('main').isVisible()).toBe(false);
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
    expect(page.url()).toBe(`${cloud.origin}/chat`);
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

  it.each(['light', 'dark'] as const)(
    'axe finds no violation in %s mode',
    async (colorScheme) => {
      const { jerry, toms, jerrys } = await pair({ colorScheme, bypassCSP: true });
      const check = async (page: Page, what: string) => {
        await page.addScriptTag({ content: axe });
        const found = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>('axe.run()');
        const violations = found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
        expect(violations, what).toEqual([]);
      };
      await check(await open('/chat', { colorScheme, bypassCSP: true }), 'sign in');
      await check(toms, 'empty list');
      await openChat(toms, jerry);
      await say(toms, 'hello https://example.com');
      const buffer = Buffer.from(picture('.jpg', 90, 30));
      await toms.getByLabel('Send a file').setInputFiles({ name: 'cat.jpg', mimeType: 'image/jpeg', buffer });
      await entry(jerrys, /2 unread/).waitFor();
      await log(toms).getByRole('img').waitFor();
      await check(toms, 'conversation');
      await check(jerrys, 'list');
      await toms.getByRole('button', { name: 'New group' }).click();
      await check(toms, 'dialog');
      await toms.getByRole('button', { name: 'Cancel' }).click();
      await toms.getByRole('searchbox').fill('jerry');
      await toms
        .getByRole('button', { name: /^Chat with jerry/ })
        .first()
        .waitFor();
      await check(toms, 'search');
    },
    90_000,
  );

  it('a strict application gives no key; users log in with a token from its address', async () => {
    const strict = await start({ ...DEMO.parameters, Mode: 'strict' });
    try {
      const configuration = await (await fetch(`${strict.origin}/chat/configuration.json`)).json();
      expect(configuration).toEqual({ app: app.id, mode: 'strict' });
      const headers = { 'X-ML-AppId': app.id, 'X-ML-MasterKey': app.masterKey };
      const tokenOf = async (id: string) => {
        const answer = await fetch(`${strict.origin}/2.0/tokens`, {
          method: 'POST',
          headers,
          body: JSON.stringify({ id }),
        });
        return ((await answer.json()) as { token: string }).token;
      };
      const [tom, jerry] = [someone('tom'), someone('jerry')];
      const [toms, jerrys] = [await tokenOf(tom), await tokenOf(jerry)];
      await fetch(`${strict.origin}/ctx/${tom}/friends/${jerry}`, { method: 'POST', headers });
      const page = await open(`/chat#token=${toms}`, {}, strict);
      await page.getByRole('heading', { name: tom, exact: true }).waitFor();
      expect(page.url()).toBe(`${strict.origin}/chat`);
      const other = await open('/chat', {}, strict);
      await other.getByLabel('Token').fill(jerrys);
      await other.getByRole('button', { name: 'Sign in' }).click();
      await openChat(page, jerry);
      await say(page, 'hello');
      await entry(other, /1 unread/).waitFor();
    } finally {
      // Requests of the pages would fail while the cloud stops.
      await closePages();
      await strict.stop();
    }
  }, 150_000);
});
