import { type Client, type Place, title } from './client.ts';
import { cache, install, need, source } from './tools.ts';

/** python-socketio in a separate virtual environment, from the requirements file of its major version. */
function pythonClient(version: string, eio: 3 | 4, place: Place): Client {
  const [major] = version.split('.');
  const environment = cache(`python-${major}`);
  return {
    name: title('python-socketio', version, place),
    eio,
    deafToClose: false,
    leaves: true,
    async prepare() {
      await need('python3');
      await install('python3', ['-m', 'venv', environment]);
      const requirements = source(`python/requirements-${major}.txt`);
      await install(`${environment}/bin/pip`, ['install', '--quiet', '--requirement', requirements]);
      return [`${environment}/bin/python`, source('python/chat.py'), place];
    },
  };
}

export const PYTHON_CLIENTS: readonly Client[] = [
  pythonClient('5.18.1', 4, 'url'),
  pythonClient('5.18.1', 4, 'payload'),
  pythonClient('4.6.1', 3, 'url'),
];
