import { copyFileSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NO_CHROMIUM } from '../test/support/find-chromium.ts';
import type { Client, Place } from './client.ts';
import { cache, install, need, packageVersion, source, Unavailable } from './tools.ts';

const COMMON = { deafToClose: false, leaves: true } as const;
const NEWEST = 'socket.io-client';

/** A generation that npm installs for the tests of this project. */
function installedClient(generation: string, alias: string, eio: 3 | 4, place: Place): Client {
  return {
    ...COMMON,
    name: `JavaScript ${generation}`,
    place,
    eio,
    retries: false,
    prepare: async () => ({
      version: packageVersion(fileURLToPath(new URL(`../node_modules/${alias}`, import.meta.url))),
      command: [process.execPath, source('javascript/chat.mjs'), alias, place],
    }),
  };
}

/** The newest version of the client, in a directory with the program. Returns both. */
async function newest(): Promise<{ directory: string; client: string; version: string }> {
  await need('npm');
  const directory = cache('javascript');
  await installPackages(directory, `${NEWEST}@4`);
  for (const file of ['chat.mjs', 'user.mjs']) copyFileSync(source(`javascript/${file}`), `${directory}/${file}`);
  const client = `${directory}/node_modules/${NEWEST}`;
  return { directory, client, version: packageVersion(client) };
}

async function installPackages(directory: string, ...packages: string[]): Promise<void> {
  mkdirSync(directory, { recursive: true });
  await install('npm', ['install', '--prefix', directory, '--no-audit', '--no-fund', ...packages]);
}

const current = (runtime: string, place: Place, more: Pick<Client, 'prepare'> & Partial<Client>): Client => ({
  ...COMMON,
  name: runtime ? `JavaScript 4 in ${runtime}` : 'JavaScript 4',
  place,
  eio: 4,
  retries: true,
  ...more,
});

/** The newest client in Node.js, where it was published for. */
const inNode = (place: Place): Client =>
  current('', place, {
    async prepare() {
      const { directory, version } = await newest();
      return { version, command: [process.execPath, `${directory}/chat.mjs`, NEWEST, place] };
    },
  });

/** The newest client in another runtime. The npm package of the runtime contains its binary. */
const inRuntime = (runtime: string, name: string, place: Place, options: readonly string[]): Client =>
  current(runtime, place, {
    async prepare() {
      const { directory, version } = await newest();
      const home = cache(name);
      await installPackages(home, name);
      const binary = `${home}/node_modules/.bin/${name}`;
      await need(binary);
      const described = `${version}, ${runtime} ${packageVersion(`${home}/node_modules/${name}`)}`;
      return { version: described, command: [binary, ...options, `${directory}/chat.mjs`, NEWEST, place] };
    },
  });

/** The newest client in a page with a strict Content Security Policy. A browser per user is too slow for many visits. */
const inChromium = (place: Place): Client =>
  current('Chromium, strict CSP', place, {
    leaves: false,
    async prepare() {
      if (NO_CHROMIUM) throw new Unavailable(NO_CHROMIUM);
      const { client, version } = await newest();
      const program = source('javascript/browser.ts');
      return { version, command: [process.execPath, '--import', 'tsx', program, client, place] };
    },
  });

export const JAVASCRIPT_CLIENTS: readonly Client[] = [
  installedClient('1.4', 'socket.io-client-1.4', 3, 'url'),
  installedClient('1.7', 'socket.io-client-1.7', 3, 'url'),
  installedClient('2', 'socket.io-client-2', 3, 'url'),
  installedClient('3', 'socket.io-client-3', 4, 'payload'),
  inNode('url'),
  inNode('payload'),
  inRuntime('Bun', 'bun', 'payload', ['run']),
  inRuntime('Deno', 'deno', 'payload', ['run', '--allow-all', '--node-modules-dir=manual']),
  inChromium('payload'),
];
