import { type Browser, chromium } from 'playwright-core';
import { CHROMIUM } from './find-chromium.ts';

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM ?? '', args: ['--no-sandbox'] });
