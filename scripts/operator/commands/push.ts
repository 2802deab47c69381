import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import * as z from 'zod';
import type { Command, Input, Output } from '../command.ts';
import type { Deployment } from '../deployment.ts';
import { UsageError } from '../errors.ts';
import { secret } from '../secret.ts';
import { type Server, serverAt } from '../server.ts';

const Credential = z.object({
  platform: z.string(),
  kind: z.string(),
  bundle: z.optional(z.string()),
  expires: z.optional(z.string()),
});

const SERVER = {
  app: { value: 'ID', summary: 'the application' },
  url: {
    value: 'URL',
    summary: 'the server, for those who have its master key only: that is asked for (MACAW_MASTER_KEY)',
  },
};

export const pushList: Command = {
  name: 'push list',
  usage: '--app ID',
  summary: 'lists the credentials for push services that the server has',
  options: SERVER,
  examples: ['push list --app my-app', 'push list --app my-app --url https://chat.example.com'],
  async run(input, deployment) {
    input.none(0);
    const server = await serverOf(input, deployment);
    const all = z.array(Credential).parse(await server.ask('GET', '/2.0/push/credentials'));
    const none = 'There are no credentials; nobody who is offline gets a push';
    return { text: all.length === 0 ? none : all.map(line).join('\n'), json: all };
  },
};

export const pushUpload: Command = {
  name: 'push upload',
  usage: '--app ID --platform P --file FILE',
  summary: 'uploads credentials for a push service, in place of those before',
  options: {
    ...SERVER,
    platform: { value: 'P', summary: 'apns, apns_sandbox or fcm' },
    file: { value: 'FILE', summary: '.p12 (its password is asked for: MACAW_P12_PASSWORD), .p8, or .json of Google' },
    'key-id': { value: 'ID', summary: 'of a .p8' },
    'team-id': { value: 'ID', summary: 'of a .p8' },
    'bundle-id': { value: 'ID', summary: 'needed with a .p8; of others it is checked' },
  },
  examples: [
    'push upload --app my-app --platform fcm --file service-account.json',
    'push upload --app my-app --platform apns --file AuthKey.p8 --key-id ABC1234567 --team-id TEAM123456 --bundle-id com.example.chat',
  ],
  async run(input, deployment): Promise<Output> {
    input.none(0);
    const [platform, file] = [input.text('platform'), input.text('file')];
    if (platform === undefined || file === undefined) throw new UsageError('push upload needs --platform and --file');
    const server = await serverOf(input, deployment);
    const body = {
      file: (await readFile(file)).toString('base64'),
      password: extname(file) === '.p12' ? await secret('MACAW_P12_PASSWORD', `The password of ${file}`) : undefined,
      keyId: input.text('key-id'),
      teamId: input.text('team-id'),
      bundleId: input.text('bundle-id'),
    };
    const path = `/2.0/push/credentials/${encodeURIComponent(platform)}`;
    const credential = Credential.parse(await server.ask('PUT', path, body));
    return { text: line(credential), json: credential };
  },
};

async function serverOf(input: Input, deployment: Deployment): Promise<Server> {
  const app = input.text('app');
  if (app === undefined) throw new UsageError('--app is missing: which application?');
  const url = input.text('url');
  if (url === undefined) {
    const { masterKey } = await deployment.keys(app);
    return serverAt(await deployment.output('Edge', 'Endpoint'), app, masterKey);
  }
  if (!URL.canParse(url)) throw new UsageError(`--url ${url} is no URL`);
  return serverAt(url, app, await secret('MACAW_MASTER_KEY', `The master key of ${app}`));
}

function line({ platform, kind, bundle = '', expires }: z.output<typeof Credential>): string {
  const until = expires ? `expires ${expires.slice(0, 10)}` : 'does not expire';
  return `${platform.padEnd(13)} ${kind.padEnd(12)} ${until.padEnd(19)} ${bundle}`.trimEnd();
}
