import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { readSetting } from '../../../functions/operator/settings.ts';
import type { Input } from '../command.ts';
import { UsageError } from '../errors.ts';

/** The option of commands that take settings. */
export const FILE = {
  file: { value: 'FILE', summary: 'takes settings from a file of JSON, those that are secrets among them' },
};

const Settings = z.record(z.string(), z.unknown());

/**
 * The settings on the command line, `NAME=VALUE`, and in a file.
 * @param from at which word they begin
 */
export async function readSettings(input: Input, from: number): Promise<Record<string, unknown>> {
  const file = input.text('file');
  const typed = input.words.slice(from).map((word) => {
    const at = word.indexOf('=');
    if (at < 1) throw new UsageError(`What is ${word} to mean? A setting is changed by NAME=VALUE`);
    const name = word.slice(0, at);
    return [name, readSetting(name, word.slice(at + 1))] as const;
  });
  return { ...(file !== undefined && (await readJson(file))), ...Object.fromEntries(typed) };
}

async function readJson(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8');
  try {
    return Settings.parse(JSON.parse(text));
  } catch {
    throw new Error(`${file} must hold an object of JSON, such as {"groupMembers": 100}`);
  }
}
