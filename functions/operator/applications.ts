import { randomBytes } from 'node:crypto';
import { createKeys, type Keys, readKeys, replaceKeys, secretOf } from '../gateway/secrets.ts';
import { hashKey, secretsEqual } from '../shared/sign.ts';
import { listApps, readApp, type StoredApp, storeApp } from '../store/app-directory.ts';
import { NEW_APP } from '../store/app-settings.ts';
import { changeApp } from '../store/apps.ts';
import { type Command, CommandError, type ListedApp, type Result } from './commands.ts';
import { existingApp } from './configure.ts';
import { changeSettings } from './settings.ts';

type Asked<C extends Command['command']> = Extract<Command, { command: C }>;

const generateKey = () => randomBytes(24).toString('base64url');

/**
 * Creates an application. It stores the keys in a secret first, so that the operator can always read the valid keys. An
 * existing secret keeps its keys, except those in `keys`. Such a secret comes from an interrupted attempt or from an
 * operator.
 * @param keys existing keys of the application
 * @param now epoch ms
 * @returns its mode; undefined when the application already exists; it does not change
 */
export async function createApplication(
  { app: id, keys, settings }: Pick<Asked<'create'>, 'app' | 'keys' | 'settings'>,
  now: number,
): Promise<'open' | 'strict' | undefined> {
  const { mode = NEW_APP.mode, ...chosen } = changeSettings({}, settings, []);
  if (await readApp(id)) return undefined;
  const { clientKey, masterKey } = await establishKeys(id, keys);
  const initial = mode === 'open' ? {} : NEW_APP;
  const app = { ...initial, ...chosen, mode, id, clientKey, masterKeyHash: hashKey(masterKey) };
  return (await storeApp(app, now)) ? mode : undefined;
}

async function establishKeys(id: string, { clientKey, masterKey }: Asked<'create'>['keys']): Promise<Keys> {
  const fresh = { clientKey: clientKey ?? generateKey(), masterKey: masterKey ?? generateKey() };
  if (await createKeys(id, fresh)) return fresh;
  const found = await readKeys(id);
  if (!found) throw new Error(`The secret ${secretOf(id)} was deleted during the creation of the application`);
  const keys = { clientKey: clientKey ?? found.clientKey, masterKey: masterKey ?? found.masterKey };
  if (keys.clientKey !== found.clientKey || keys.masterKey !== found.masterKey) await replaceKeys(id, keys);
  return keys;
}

/** Lists all applications, and whether their secrets contain the valid keys. */
export async function listApplications(now: number): Promise<Result<'list'>> {
  const ids = await listApps();
  const listed = await Promise.all(
    ids.map(async (id) => {
      const [app, keys] = await Promise.all([readApp(id), readKeys(id)]);
      return app && { ...describe(app, now), keys: compare(app, keys) };
    }),
  );
  return listed.filter((app) => app !== undefined);
}

function describe({ id, mode, created, previousClientKey }: StoredApp, now: number): Omit<ListedApp, 'keys'> {
  const until = previousClientKey?.until ?? 0;
  return { app: id, mode, created, secret: secretOf(id), ...(until > now && { previousClientKeyUntil: until }) };
}

function compare({ clientKey, masterKeyHash }: StoredApp, keys: Keys | undefined): ListedApp['keys'] {
  if (!keys) return 'missing';
  const equal = [secretsEqual(keys.clientKey, clientKey), secretsEqual(hashKey(keys.masterKey), masterKeyHash)];
  return equal.includes(false) ? 'differ' : 'ok';
}

/**
 * Replaces a key. The secret gets the new key first. If the update of the table fails, the old key stays valid. The
 * list then shows a difference, and a retry repairs it.
 * @param now epoch ms
 */
export async function rotateKey(
  { app: id, which, key = generateKey(), graceSeconds }: Asked<'rotate'>,
  now: number,
): Promise<Result<'rotate'>> {
  if (which === 'master' && graceSeconds > 0)
    throw new CommandError('graceSeconds: a master key has no grace period; the old key becomes invalid at once');
  const app = await existingApp(id);
  const found = await readKeys(id);
  const masterKey = which === 'master' ? key : found?.masterKey;
  if (masterKey === undefined) {
    throw new CommandError(`The secret ${secretOf(id)} is missing; rotate the master key to create it again`);
  }
  const clientKey = which === 'client' ? key : app.clientKey;
  const keys = { clientKey, masterKey };
  if (found || !(await createKeys(id, keys))) await replaceKeys(id, keys);

  if (which === 'master') {
    await changeApp(id, { masterKeyHash: hashKey(masterKey) });
    return { app: id, secret: secretOf(id) };
  }
  const until = graceSeconds > 0 && clientKey !== app.clientKey ? now + graceSeconds * 1000 : undefined;
  const previousClientKey = until === undefined ? undefined : { key: app.clientKey, until };
  await changeApp(id, { clientKey, previousClientKey });
  return { app: id, secret: secretOf(id), ...(until !== undefined && { previousClientKeyUntil: until }) };
}
