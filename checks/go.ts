import { execFileSync } from 'node:child_process';
import type { Client, Place } from './client.ts';
import { build, cache, install, need, source } from './tools.ts';

const MODULE = 'github.com/zishang520/socket.io/clients/socket/v3';

/** The Go client of zishang520, a port of JavaScript 4. */
function goClient(place: Place): Client {
  const program = cache('go/chat');
  const inModule = ['-C', source('go')];
  return {
    name: 'Go 3',
    place,
    eio: 4,
    deafToClose: false,
    leaves: true,
    retries: false,
    async prepare() {
      await need('go', 'version');
      await install('go', ['mod', ...inModule, 'download']);
      await build('go', ['build', ...inModule, '-o', program]);
      const version = execFileSync('go', ['list', ...inModule, '-m', '-f', '{{.Version}}', MODULE], {
        encoding: 'utf8',
      });
      return { version: version.trim().replace(/^v/, ''), command: [program, place] };
    },
  };
}

export const GO_CLIENTS: readonly Client[] = [goClient('url'), goClient('payload')];
