import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { NO_CHROMIUM } from './find-chromium.ts';
import { launchChromium } from './launch-chromium.ts';

export { launchChromium, NO_CHROMIUM };

// Where the browser is required, a run without it must fail.
if (NO_CHROMIUM && process.env.MACAW_REQUIRE_CHROMIUM) throw new Error(NO_CHROMIUM);
if (NO_CHROMIUM) console.warn(`SKIPPED: tests in a browser. ${NO_CHROMIUM}`);

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
