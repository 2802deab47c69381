import { randomBytes } from 'node:crypto';
import { createKeys, type Keys, readKeys, replaceKeys, secretOf } from '../gateway/secrets.ts';
import { hashKey, secretsEqual } from '../shared/sign.ts';
import { listApps, readApp, type StoredApp, storeApp } from '../store/app-directory.ts';
import { changeApp } from '../store/apps.ts';
import { type Command, CommandError, type ListedApp, type Result } from './commands.ts';
import { changeSettings, listSettings } from './settings.ts';

type Asked<C extends Command['command']> = Extract<Command, { command: C }>;

const generateKey = () => randomBytes(24).toString('base64url');

/**
 * Makes an application. Its keys are written to their secret first, so that none is in force that nobody can look up;
 * a secret that is there already, from an attempt that stopped halfway or by somebody's hand, keeps its keys.
 * @param keys those that it has already
 * @param now epoch ms
 * @returns false when there is an application of that id, which is left as it is
 */
export async function createApplication(
  { app: id, keys, settings }: Pick<Asked<'create'>, 'app' | 'keys' | 'settings'>,
  now: number,
): Promise<boolean> {
  const chosen = changeSettings({}, settings, []);
  if (await readApp(id)) return false;
  const { clientKey, masterKey } = await establishKeys(id, keys);
  return storeApp({ ...chosen, id, clientKey, masterKeyHash: hashKey(masterKey) }, now);
}

async function establishKeys(id: string, { clientKey, masterKey }: Asked<'create'>['keys']): Promise<Keys> {
  const fresh = { clientKey: clientKey ?? generateKey(), masterKey: masterKey ?? generateKey() };
  if (await createKeys(id, fresh)) return fresh;
  const found = await readKeys(id);
  if (!found) throw new Error(`The secret ${secretOf(id)} was there, and is gone`);
  const keys = { clientKey: clientKey ?? found.clientKey, masterKey: masterKey ?? found.masterKey };
  if (keys.clientKey !== found.clientKey || keys.masterKey !== found.masterKey) await replaceKeys(id, keys);
  return keys;
}

async function existing(id: string): Promise<StoredApp> {
  const app = await readApp(id);
  if (!app) throw new CommandError(`There is no application ${id}`);
  return app;
}

/** All applications, and whether their secrets hold the keys that are accepted. */
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

/** Changes settings; all of those named, or none. */
export async function configureApplication({ app: id, set, reset }: Asked<'settings'>): Promise<Result<'settings'>> {
  const app = await existing(id);
  const changed = changeSettings(app.given, set, reset);
  const touched = new Set([...Object.keys(set), ...reset].map((name) => name.split('.', 1)[0] ?? name));
  if (touched.size === 0) return listSettings(app);
  const values: Record<string, unknown> = { ...changed };
  await changeApp(id, Object.fromEntries([...touched].map((name) => [name, values[name]])));
  return listSettings(await existing(id));
}

/**
 * Puts another key in place of one. The secret has it first: should the table not get it, the key before stays in force,
 * the list says that they differ, and doing it again makes them equal.
 * @param now epoch ms
 */
export async function rotateKey(
  { app: id, which, key = generateKey(), graceSeconds }: Asked<'rotate'>,
  now: number,
): Promise<Result<'rotate'>> {
  if (which === 'master' && graceSeconds > 0)
    throw new CommandError('A master key has no grace: the old one ends at once');
  const app = await existing(id);
  const found = await readKeys(id);
  const masterKey = which === 'master' ? key : found?.masterKey;
  if (masterKey === undefined) {
    throw new CommandError(`The secret ${secretOf(id)} is missing; rotate the master key, which makes it anew`);
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
