import * as z from 'zod';
import { readSetting } from '../../../functions/operator/settings.ts';
import { UsageError } from '../errors.ts';
import { readNamedFile } from '../files.ts';

/** The option by which commands take settings from a file. */
export const FILE = [
  '--file <file>',
  'take settings from a file of JSON, secrets among them; those on the command line go before',
] as const;

const Settings = z.record(z.string(), z.unknown());

/** The settings in a file, and those on the command line: `NAME=VALUE`. */
export async function readSettings(
  words: readonly string[],
  file: string | undefined,
): Promise<Record<string, unknown>> {
  const typed = new Map<string, unknown>();
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 1) throw new UsageError(`${word}: expected a setting and its value, NAME=VALUE`);
    const name = word.slice(0, at);
    if (typed.has(name)) throw new UsageError(`${name} is given twice: leave out one`);
    typed.set(name, readSetting(name, word.slice(at + 1)));
  }
  return { ...(file !== undefined && (await readJson(file))), ...Object.fromEntries(typed) };
}

/** Refuses to change and to reset the same setting, or a group and a part of it. */
export function refuseContradictions(set: Readonly<Record<string, unknown>>, reset: readonly string[]): void {
  const within = (one: string, other: string) => one === other || one.startsWith(`${other}.`);
  for (const changed of Object.keys(set)) {
    const against = reset.find((name) => within(name, changed) || within(changed, name));
    if (against !== undefined) {
      throw new UsageError(`${changed} is changed, and ${against} is reset, which contradict: leave out one`);
    }
  }
}

async function readJson(file: string): Promise<Record<string, unknown>> {
  const content = await readNamedFile(file);
  try {
    return Settings.parse(JSON.parse(content.toString()));
  } catch {
    throw new Error(`${file} must hold an object of JSON, such as {"groupMembers": 100}`);
  }
}
