import { readApp, type StoredApp } from '../store/app-directory.ts';
import { changeApp } from '../store/apps.ts';
import { type Command, CommandError, type Result } from './commands.ts';
import { changeSettings, listSettings } from './settings.ts';

/** Reads an application. @throws CommandError when it does not exist */
export async function existingApp(id: string): Promise<StoredApp> {
  const app = await readApp(id);
  if (!app) throw new CommandError(`There is no application ${id}`);
  return app;
}

/** Changes all named settings, or none, and lists all settings. */
export async function configureApplication({
  app: id,
  set,
  reset,
}: Omit<Extract<Command, { command: 'settings' }>, 'command'>): Promise<Result<'settings'>> {
  const app = await existingApp(id);
  const changed = changeSettings(app.given, set, reset);
  const touched = new Set([...Object.keys(set), ...reset].map((name) => name.split('.', 1)[0] ?? name));
  if (touched.size === 0) return listSettings(app);
  const values: Record<string, unknown> = { ...changed };
  await changeApp(id, Object.fromEntries([...touched].map((name) => [name, values[name]])));
  return listSettings(await existingApp(id));
}
