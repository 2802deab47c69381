import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import * as z from 'zod';
import { secret } from './secret.ts';
import type { Server } from './server.ts';

export interface UploadOptions {
  readonly platform: string;
  readonly file: string;
  readonly keyId: string | undefined;
  readonly teamId: string | undefined;
  readonly bundleId: string | undefined;
}

const Credential = z.object({
  platform: z.string(),
  kind: z.string(),
  bundle: z.optional(z.string()),
  expires: z.optional(z.string()),
});

/** Uploads the credentials for a push service, in place of those before; answers what the server has to say of them. */
export async function upload(server: Server, { platform, file, ...ids }: UploadOptions): Promise<string> {
  const content = await readFile(file);
  const password = extname(file) === '.p12' ? await secret('MACAW_P12_PASSWORD', `The password of ${file}`) : undefined;
  const body = { file: content.toString('base64'), password, ...ids };
  return line(Credential.parse(await server.ask('PUT', `/2.0/push/credentials/${encodeURIComponent(platform)}`, body)));
}

/** Lists the credentials that the server has; it tells of them, never them. */
export async function list(server: Server): Promise<string> {
  const all = z.array(Credential).parse(await server.ask('GET', '/2.0/push/credentials'));
  return all.length === 0 ? 'There are no credentials; nobody who is offline gets a push' : all.map(line).join('\n');
}

function line({ platform, kind, bundle = '', expires }: z.output<typeof Credential>): string {
  const until = expires ? `expires ${expires.slice(0, 10)}` : 'does not expire';
  return `${platform.padEnd(13)} ${kind.padEnd(12)} ${until.padEnd(19)} ${bundle}`.trimEnd();
}
