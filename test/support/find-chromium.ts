import { existsSync } from 'node:fs';

const candidates = [
  ...(process.env.MACAW_CHROMIUM ? [process.env.MACAW_CHROMIUM] : []),
  ...['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The path of the browser. Undefined if there is none. */
export const CHROMIUM = candidates.find((path) => existsSync(path));

/** Why there is no browser. Undefined if there is one. */
export const NO_CHROMIUM = CHROMIUM
  ? undefined
  : `There is no Chromium here (${candidates.join(', ')}; MACAW_CHROMIUM may name another)`;
