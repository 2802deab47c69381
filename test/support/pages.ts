import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import type { Cloud } from '../../local/cloud.ts';
import { DEMO, DEMO_CONFIGURATION } from '../../scripts/demo.ts';
import { synthesize } from '../../scripts/synth.ts';
import { launchChromium, NO_CHROMIUM } from './chromium.ts';
import { type SharedCloud, shareCloud } from './shared-cloud.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The assembly with the pages, and the browser. All test files of the worker use them. */
let assembly: Promise<string> | undefined;
let launched: Promise<Browser> | undefined;

async function synthesizePages(): Promise<string> {
  const directory = join(dirname(inject('assembly')), 'pages');
  await synthesize(directory, { configuration: DEMO_CONFIGURATION });
  return directory;
}

export interface PageOptions extends BrowserContextOptions {
  /** @default the cloud with the demo application in open mode */
  origin?: string;
}

/**
 * The system with its web pages, and a browser. A test fails if its browser reported an exception, a violation of the
 * policy or another error.
 * @param isExpected whether an error in the log of the browser belongs to a test
 */
export function webPages(isExpected: (text: string) => boolean) {
  let shared: SharedCloud | undefined;
  const others: SharedCloud[] = [];
  let browser: Browser | undefined;
  const problems: string[] = [];

  const share = async (parameters: Record<string, string>) => {
    assembly ??= synthesizePages();
    return shareCloud({}, parameters, await assembly);
  };

  const closePages = async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
  };

  beforeAll(async () => {
    shared = await share(DEMO.parameters);
    if (NO_CHROMIUM) return;
    launched ??= launchChromium();
    browser = await launched;
  }, 120_000);

  afterEach(async () => {
    await closePages();
    expect(problems.splice(0)).toEqual([]);
  });

  afterAll(async () => {
    for (const cloud of [shared, ...others.splice(0)]) await cloud?.leave();
  });

  const running = (): Cloud => {
    if (!shared) throw new Error('The local cloud runs only during tests');
    return shared.cloud;
  };

  return {
    get cloud() {
      return running();
    },

    get origin() {
      return running().origin;
    },

    /** Another cloud, in which the application has other parameters. */
    async withParameters(parameters: Record<string, string>): Promise<Cloud> {
      const other = await share({ ...DEMO.parameters, ...parameters });
      others.push(other);
      return other.cloud;
    },

    /** Opens a page in a new browser profile. It is closed after the test. */
    async open(address: string, { origin = running().origin, ...options }: PageOptions = {}): Promise<Page> {
      if (!browser) throw new Error(NO_CHROMIUM);
      const context = await browser.newContext({
        locale: 'en-GB',
        viewport: { width: 1200, height: 800 },
        ...options,
      });
      context.setDefaultTimeout(30_000);
      context.on('weberror', (failure) => problems.push(String(failure.error())));
      context.on('console', (message) => {
        const text = `${message.text()} ${message.location().url}`;
        if (message.type() === 'error' && !isExpected(text)) problems.push(text);
      });
      context.on('request', (request) => {
        const { protocol, origin: target } = new URL(request.url());
        if (protocol.startsWith('http') && target !== origin) problems.push(`A request to ${request.url()}`);
      });
      const page = await context.newPage();
      await page.goto(origin + address);
      return page;
    },
  };
}

/** Needs a page with the option `bypassCSP`. @returns the accessibility rules that the page violates */
export async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(`'axe' in window`))) await page.addScriptTag({ content: AXE });
  // Without details of what passed, axe is faster.
  const found = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
    `axe.run({ resultTypes: ['violations'] })`,
  );
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
