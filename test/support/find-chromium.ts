import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const candidates = [
  ...(process.env.MACAW_CHROMIUM ? [process.env.MACAW_CHROMIUM] : []),
  ...['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const executablePath = candidates.find((path) => existsSync(path));

/** Why there is no browser. Undefined if there is one. */
export const NO_CHROMIUM = executablePath
  ? undefined
  : `There is no Chromium here (${candidates.join(', ')}; MACAW_CHROMIUM may name another)`;

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
