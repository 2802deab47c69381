import { parseArgs } from 'node:util';
import { list, upload } from './push.ts';
import { secret } from './secret.ts';
import { serverAt } from './server.ts';

const USAGE = `npm run macaw -- <command> [options]

  push list                      the credentials for push services that the server has
  push upload                    uploads credentials, in place of those before
    --platform P                 apns, apns_sandbox or fcm
    --file FILE                  .p12, .p8, or the .json key of a Google service account
    --key-id ID --team-id ID     of a .p8
    --bundle-id ID               needed with a .p8; of others it is checked

  --url URL                      the server (default http://127.0.0.1:3000)
  --app ID                       the application (default macaw-demo)

The master key is asked for, or taken from MACAW_MASTER_KEY; the password of a .p12 from MACAW_P12_PASSWORD.`;

class Misused extends Error {}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        url: { type: 'string', default: 'http://127.0.0.1:3000' },
        app: { type: 'string', default: 'macaw-demo' },
        platform: { type: 'string' },
        file: { type: 'string' },
        'key-id': { type: 'string' },
        'team-id': { type: 'string' },
        'bundle-id': { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new Misused(error instanceof Error ? error.message : String(error));
  }
}

async function run(): Promise<string> {
  const { values, positionals } = parse();
  if (values.help) return USAGE;
  if (!URL.canParse(values.url)) throw new Misused(`--url ${values.url} is no URL`);
  const server = async () =>
    serverAt(values.url, values.app, await secret('MACAW_MASTER_KEY', `The master key of ${values.app}`));
  switch (positionals.join(' ')) {
    case 'push list':
      return list(await server());
    case 'push upload': {
      const { platform, file } = values;
      if (platform === undefined || file === undefined) throw new Misused('push upload needs --platform and --file');
      const ids = { keyId: values['key-id'], teamId: values['team-id'], bundleId: values['bundle-id'] };
      return upload(await server(), { platform, file, ...ids });
    }
    default:
      throw new Misused(
        positionals.length > 0 ? `There is no command ${positionals.join(' ')}` : 'What is to be done?',
      );
  }
}

try {
  console.log(await run());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  if (error instanceof Misused) console.error(`\n${USAGE}`);
  process.exitCode = error instanceof Misused ? 2 : 1;
}
