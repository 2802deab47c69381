import { readApp, type StoredApp, updateApp } from '../store/app-directory.ts';
import { type Command, CommandError, type Result } from './commands.ts';
import { changeSettings, listSettings } from './settings.ts';

const unknownApp = (id: string) => new CommandError(`There is no application ${id}`);

/** Reads an application. @throws CommandError when it does not exist */
export async function existingApp(id: string): Promise<StoredApp> {
  const app = await readApp(id);
  if (!app) throw unknownApp(id);
  return app;
}

/** Changes all named settings, or none, and lists all settings. */
export async function configureApplication({
  app: id,
  set,
  reset,
}: Omit<Extract<Command, { command: 'settings' }>, 'command'>): Promise<Result<'settings'>> {
  const touched = new Set([...Object.keys(set), ...reset].map((name) => name.split('.', 1)[0] ?? name));
  const exists =
    touched.size === 0 ||
    (await updateApp(id, ({ given }) => {
      const values: Record<string, unknown> = { ...changeSettings(given, set, reset) };
      return Object.fromEntries([...touched].map((name) => [name, values[name]]));
    }));
  if (!exists) throw unknownApp(id);
  return listSettings(await existingApp(id));
}
