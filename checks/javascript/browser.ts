/**
 * One user in Chromium, on a page of another site whose Content Security Policy permits nothing but its own scripts and
 * connections to the chat. Its input and output are those of chat.mjs.
 *
 * browser.ts DIRECTORY url|payload URL CREDENTIALS OPTIONS, with the directory of the package socket.io-client
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { listen } from '../../local/shared/http.ts';
import { launchChromium } from '../../test/support/launch-chromium.ts';

const [directory = '', place = '', url = '', credentials = '', options = '{}'] = process.argv.slice(2);

const script = (path: string | URL) => ({ type: 'text/javascript', body: readFileSync(path) });
const FILES = new Map<string, { type: string; body: string | Buffer }>([
  [
    '/',
    { type: 'text/html', body: '<!doctype html><title>Chat</title><script type="module" src="/page.mjs"></script>' },
  ],
  ['/page.mjs', script(new URL('page.mjs', import.meta.url))],
  ['/user.mjs', script(new URL('user.mjs', import.meta.url))],
  ['/socket.io.mjs', script(`${directory}/dist/socket.io.esm.min.js`)],
]);

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  `connect-src ${url} ${url.replace(/^http/, 'ws')}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const site = createServer((request, response) => {
  const file = FILES.get(request.url ?? '');
  response.writeHead(file ? 200 : 404, {
    'content-type': file?.type ?? 'text/plain',
    'content-security-policy': POLICY,
  });
  response.end(file?.body);
});
const port = await listen(site, 0);

const browser = await launchChromium();
const page = await browser.newPage();
page.on('console', (message) => console.error(message.text()));
page.on('pageerror', (error) => console.error(error));
await page.exposeFunction('tell', (event: string, ...args: unknown[]) =>
  console.log(JSON.stringify({ event, args: args.filter((arg) => arg !== undefined) })),
);
await page.goto(`http://localhost:${port}/`);
const call = (expression: string) => page.evaluate(expression);
await call(`startUser(${[place, url, credentials].map((text) => JSON.stringify(text)).join()}, ${options})`);

createInterface({ input: process.stdin })
  .on('line', (line) => void call(`user.say(${line}), undefined`))
  .on('close', async () => {
    await browser.close();
    process.exit();
  });
