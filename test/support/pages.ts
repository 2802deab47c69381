import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import type { Cloud } from '../../local/cloud.ts';
import { DEMO } from '../../scripts/demo.ts';
import { launchChromium, NO_CHROMIUM } from './chromium.ts';
import { type SharedCloud, shareCloud } from './shared-cloud.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The browser. All test files of the worker use it. */
let launched: Promise<Browser> | undefined;

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

  const share = (parameters: Record<string, string>) => shareCloud({}, parameters, inject('assemblyWithPages'));

  /** Pages for several tests, by name. */
  const kept = new Map<string, Page>();

  const closePages = async () => {
    const open = new Set([...kept.values()].map((page) => page.context()));
    for (const context of browser?.contexts() ?? []) if (!open.has(context)) await context.close();
  };

  beforeAll(async () => {
    shared = await share(DEMO.parameters);
    if (NO_CHROMIUM) return;
    launched ??= launchChromium();
    browser = await launched;
  }, 120_000);

  afterEach(async ({ task }) => {
    // A failed test can leave a page in any state.
    if (task.result?.state === 'fail') kept.clear();
    await closePages();
    expect(problems.splice(0)).toEqual([]);
  });

  afterAll(async () => {
    kept.clear();
    await closePages();
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

    /** A page that all tests of a file use. The first one opens it. */
    async keep(name: string, open: () => Promise<Page>): Promise<Page> {
      const page = kept.get(name) ?? (await open());
      kept.set(name, page);
      return page;
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

const LOOKS = [
  { colorScheme: 'light', width: 1200, height: 800 },
  { colorScheme: 'dark', width: 1200, height: 800 },
  { colorScheme: 'dark', width: 360, height: 640 },
] as const;

/**
 * Expects that a page violates no accessibility rule and is not wider than its window: in light and dark mode, and on
 * a phone. The page needs the option `bypassCSP`. It keeps its size.
 */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  if (!(await page.evaluate(`'axe' in window`))) await page.addScriptTag({ content: AXE });
  const before = page.viewportSize();
  for (const { colorScheme, ...size } of LOOKS) {
    // Colors in transition have another contrast.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize(size);
    const { found, width } = await page.evaluate<{ found: Violation[]; width: number }>(
      // Without details of what passed, axe is faster.
      `axe.run({ resultTypes: ['violations'] }).then(({ violations: found }) => (
        { found, width: document.documentElement.scrollWidth }
      ))`,
    );
    const violations = found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    expect({ violations, width }, `${what}, ${colorScheme}`).toEqual({ violations: [], width: size.width });
    await takePicture(page, `${what} ${colorScheme} ${size.width}`);
  }
  if (before) await page.setViewportSize(before);
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** For a person who looks at the pages. */
async function takePicture(page: Page, name: string): Promise<void> {
  const directory = process.env.MACAW_SCREENSHOTS;
  if (directory) await page.screenshot({ path: join(directory, `${name.replaceAll(/\W+/g, '-')}.png`) });
}
