import * as z from 'zod';
import { readSetting } from '../../../functions/operator/settings.ts';
import { UsageError } from '../errors.ts';
import { readNamedFile } from '../files.ts';

/** The option that reads settings from a file. */
export const FILE = [
  '--file <file>',
  'read settings, including secrets, from a JSON file; settings on the command line override them',
] as const;

const Settings = z.record(z.string(), z.unknown());

/** Merges the settings of a file and of the command line: `NAME=VALUE`. */
export async function readSettings(
  words: readonly string[],
  file: string | undefined,
): Promise<Record<string, unknown>> {
  const typed = new Map<string, unknown>();
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 1) throw new UsageError(`${word}: expected NAME=VALUE`);
    const name = word.slice(0, at);
    if (typed.has(name)) throw new UsageError(`${name} is given twice: omit one`);
    typed.set(name, readSetting(name, word.slice(at + 1)));
  }
  return { ...(file !== undefined && (await readJson(file))), ...Object.fromEntries(typed) };
}

/** Rejects a setting that is both changed and reset, also as part of a group. */
export function refuseContradictions(set: Readonly<Record<string, unknown>>, reset: readonly string[]): void {
  const within = (name: string, group: string) => name === group || name.startsWith(`${group}.`);
  for (const changed of Object.keys(set)) {
    const against = reset.find((name) => within(name, changed) || within(changed, name));
    if (against !== undefined) {
      throw new UsageError(`changing ${changed} contradicts resetting ${against}: omit one`);
    }
  }
}

async function readJson(file: string): Promise<Record<string, unknown>> {
  const content = await readNamedFile(file);
  try {
    return Settings.parse(JSON.parse(content.toString()));
  } catch {
    throw new Error(`${file}: expected a JSON object, such as {"groupMembers": 100}`);
  }
}
