import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

const candidates = [
  ...(process.env.MACAW_CHROMIUM ? [process.env.MACAW_CHROMIUM] : []),
  ...['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const executablePath = candidates.find((path) => existsSync(path));

/** Why tests in a browser are skipped. Undefined if there is a browser. */
export const NO_CHROMIUM = executablePath
  ? undefined
  : `There is no Chromium here (${candidates.join(', ')}; MACAW_CHROMIUM may name another)`;
// Where the browser is required, a run without it must fail.
if (NO_CHROMIUM && process.env.MACAW_REQUIRE_CHROMIUM) throw new Error(NO_CHROMIUM);
if (NO_CHROMIUM) console.warn(`SKIPPED: tests in a browser. ${NO_CHROMIUM}`);

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });

/** Starts a browser. It ends with the test. */
export async function openBrowser(): Promise<Browser> {
  const browser = await launchChromium();
  onTestFinished(() => browser.close());
  return browser;
}

/** Opens a page of a site that knows only the base URL of the chat. The site ends with the test. */
export async function openPage(browser: Browser, html: string): Promise<Page> {
  const site = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(html));
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    site.close();
  });
  const page = await browser.newPage();
  await page.goto(`http://localhost:${(site.address() as AddressInfo).port}/`);
  return page;
}
