import { extname } from 'node:path';
import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import * as z from 'zod';
import { PLATFORMS } from '../../../functions/store/platforms.ts';
import { UsageError } from '../errors.ts';
import { readNamedFile } from '../files.ts';
import { examples, group, type Shell } from '../program.ts';
import { secret } from '../secret.ts';
import { SERVER, serverOf } from '../server-of.ts';

const Credential = z.object({
  platform: z.string(),
  kind: z.string(),
  bundle: z.optional(z.string()),
  expires: z.optional(z.string()),
});

const APP = ['--app <id>', 'the application'] as const;
export function addPush(program: CommandUnknownOpts, shell: Shell): void {
  const push = group(program, 'push', 'credentials for push services');
  addList(push, shell);
  addUpload(push, shell);
}

function addList(push: CommandUnknownOpts, shell: Shell): void {
  push
    .command('list')
    .summary('list the credentials for push services')
    .description('Lists the credentials for push services on the server.')
    .requiredOption(...APP)
    .option(...SERVER)
    .addHelpText('after', examples('push list --app my-app', 'push list --app my-app --url https://chat.example.com'))
    .action(({ app, url }) =>
      shell.answer(async (deployment) => {
        const server = await serverOf({ app, url }, deployment, shell);
        const all = z.array(Credential).parse(await server.ask('GET', '/2.0/push/credentials'));
        const none = 'There are no credentials; offline users get no pushes';
        return { text: all.length === 0 ? none : all.map(line).join('\n'), json: all };
      }),
    );
}

function addUpload(push: CommandUnknownOpts, shell: Shell): void {
  push
    .command('upload')
    .summary('upload credentials for a push service')
    .description('Uploads credentials for a push service and replaces the previous ones.')
    .requiredOption(...APP)
    .option(...SERVER)
    .addOption(new Option('--platform <platform>', 'the push service').choices(PLATFORMS).makeOptionMandatory())
    .requiredOption(
      '--file <file>',
      '.p12 (password from MACAW_P12_PASSWORD or a prompt), .p8, or the .json of a Google service account',
    )
    .option('--key-id <id>', 'required with a .p8')
    .option('--team-id <id>', 'required with a .p8')
    .option('--bundle-id <id>', 'required with a .p8; checked with a .p12')
    .addHelpText(
      'after',
      examples(
        'push upload --app my-app --platform fcm --file service-account.json',
        'push upload --app my-app --platform apns --file AuthKey.p8 --key-id ABC1234567 --team-id TEAM123456 --bundle-id com.example.chat',
      ),
    )
    .action(({ app, url, platform, file, keyId, teamId, bundleId }) =>
      shell.answer(async (deployment) => {
        const kind = extname(file).toLowerCase();
        if (kind === '.p8') refuseIncomplete({ '--key-id': keyId, '--team-id': teamId, '--bundle-id': bundleId });
        const content = await readNamedFile(file);
        const server = await serverOf({ app, url }, deployment, shell);
        const password = kind === '.p12' ? await secret('MACAW_P12_PASSWORD', `The password of ${file}`) : undefined;
        const body = { file: content.toString('base64'), password, keyId, teamId, bundleId };
        const credential = Credential.parse(await server.ask('PUT', `/2.0/push/credentials/${platform}`, body));
        return { text: line(credential), json: credential };
      }),
    );
}

/** @throws UsageError that names the missing options of a .p8 file */
function refuseIncomplete(needed: Readonly<Record<string, string | undefined>>): void {
  const missing = Object.keys(needed).filter((option) => needed[option] === undefined);
  if (missing.length === 0) return;
  throw new UsageError(`A .p8 file requires more options: give ${missing.join(', ')}`);
}

function line({ platform, kind, bundle = '', expires }: z.output<typeof Credential>): string {
  const until = expires ? `expires ${expires.slice(0, 10)}` : 'does not expire';
  return `${platform.padEnd(13)} ${kind.padEnd(12)} ${until.padEnd(19)} ${bundle}`.trimEnd();
}
