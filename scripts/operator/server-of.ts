import type { Deployment } from './deployment.ts';
import { UsageError } from './errors.ts';
import { readUrl, type Shell } from './program.ts';
import { secret } from './secret.ts';
import { type Server, serverAt } from './server.ts';

/** The option that selects a server by its URL. */
export const SERVER = [
  '--url <url>',
  'the server, for access with the master key instead of AWS credentials; the key comes from MACAW_MASTER_KEY or a prompt',
  readUrl,
] as const;

/** The server of an application, with its master key. */
export async function serverOf(
  { app, url }: { app: string; url: string | undefined },
  deployment: Deployment,
  { given }: Shell,
): Promise<Server> {
  if (url === undefined) {
    const { masterKey } = await deployment.keys(app);
    return serverAt(await deployment.output('Edge', 'Endpoint'), app, masterKey);
  }
  const [other] = given();
  if (other !== undefined) throw new UsageError(`--url and ${other} cannot be combined: omit one`);
  return serverAt(url, app, await secret('MACAW_MASTER_KEY', `The master key of ${app}`));
}
