import { execFileSync } from 'node:child_process';
import type { Client, Place } from './client.ts';
import { cache, install, need, source } from './tools.ts';

/**
 * python-socketio in a separate virtual environment.
 * @param requirements the newest versions that suit each other
 */
function pythonClient(major: 4 | 5, eio: 3 | 4, place: Place, requirements: readonly string[]): Client {
  const environment = cache(`python-${major}`);
  return {
    name: `Python ${major}`,
    place,
    eio,
    deafToClose: false,
    leaves: true,
    retries: false,
    async prepare() {
      await need('python3');
      await install('python3', ['-m', 'venv', environment]);
      await install(`${environment}/bin/pip`, ['install', '--quiet', '--upgrade', ...requirements]);
      const python = `${environment}/bin/python`;
      const version = "import importlib.metadata as m; print(m.version('python-socketio'))";
      return {
        version: execFileSync(python, ['-c', version], { encoding: 'utf8' }).trim(),
        command: [python, source('python/chat.py'), place],
      };
    },
  };
}

const FIVE = ['python-socketio~=5.0', 'aiohttp'];
/** python-engineio 4 speaks Engine.IO 4 only. */
const FOUR = ['python-socketio~=4.0', 'python-engineio~=3.0', 'aiohttp'];

export const PYTHON_CLIENTS: readonly Client[] = [
  pythonClient(5, 4, 'url', FIVE),
  pythonClient(5, 4, 'payload', FIVE),
  pythonClient(4, 3, 'url', FOUR),
];
