import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const candidates = [
  ...(process.env.MACAW_CHROMIUM ? [process.env.MACAW_CHROMIUM] : []),
  ...['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const executablePath = candidates.find((path) => existsSync(path));

/** Why browser tests are skipped; undefined if they run. */
export const NO_CHROMIUM = executablePath
  ? undefined
  : `There is no Chromium here (${candidates.join(', ')}; MACAW_CHROMIUM may name another)`;

// Where the browser is required, a run without it must fail.
if (NO_CHROMIUM && process.env.MACAW_REQUIRE_CHROMIUM) throw new Error(NO_CHROMIUM);
if (NO_CHROMIUM) console.warn(`SKIPPED: tests in a browser. ${NO_CHROMIUM}`);

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
