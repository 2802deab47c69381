import * as z from 'zod/mini';
import { AppSettings } from '../store/app-settings.ts';
import { CommandError, type Setting } from './commands.ts';
import { suggest } from './suggest.ts';

/** A setting, or a group of settings, as JSON Schema describes it. */
interface Description {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Description>>;
  /** What members of any name are. */
  readonly additionalProperties?: Description;
  /** What the entries of a list are. */
  readonly items?: Description;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Whether it is told to nobody. */
  readonly writeOnly?: boolean;
}

type Values = Readonly<Record<string, unknown>>;

const all: Description = JSON.parse(JSON.stringify(z.toJSONSchema(AppSettings, { io: 'input' })));

/** Shown in place of a value that is told to nobody. */
const HIDDEN = '(hidden)';

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const under = (prefix: string, name: string) => (prefix === '' ? name : `${prefix}.${name}`);

/** The description of a setting by its name, `sms.prefix`. @throws Refused when there is none of that name */
function describe(name: string): Description {
  const described = name.split('.').reduce<Description | undefined>(member, all);
  if (described) return described;
  const alike = suggest(name, names(all));
  throw new CommandError(`There is no setting ${name}${alike === undefined ? '' : `; did you mean ${alike}?`}`);
}

function member(group: Description | undefined, name: string): Description | undefined {
  const { properties = {}, additionalProperties, items } = group ?? {};
  if (items) return /^\d+$/.test(name) ? items : undefined;
  return Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
}

/** The names of all settings, groups among them. */
function names({ properties = {} }: Description, prefix = ''): string[] {
  return Object.entries(properties).flatMap(([name, inner]) => {
    const path = under(prefix, name);
    return [path, ...names(inner, path)];
  });
}

/**
 * The value that a text stands for, as somebody types it after `name=`.
 * @throws Refused when it is none, the setting is unknown, or must not be typed there
 */
export function readSetting(name: string, text: string): unknown {
  const description = describe(name);
  const { type, writeOnly } = description;
  if (writeOnly) throw new CommandError(`${name} is a secret: put it into a file of JSON, and give that with --file`);
  if (type === 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandError(`${name}: expected ${wanted(description)}, not ${text}`);
  }
}

/**
 * The settings that an application is to have: those it was given, with others in place of some.
 * @param set new values by name; a value may be a whole group
 * @param reset the names of those that get their defaults
 * @throws Refused with what is wrong, naming the setting
 */
export function changeSettings(given: Values, set: Values, reset: readonly string[]): z.input<typeof AppSettings> {
  let changed = given;
  for (const name of reset) {
    describe(name);
    changed = put(changed, name.split('.'), undefined);
  }
  for (const [name, value] of Object.entries(set)) {
    checkNames(name, value);
    changed = put(changed, name.split('.'), value);
  }
  const { success, error } = z.safeParse(AppSettings, changed);
  if (success) return changed;
  throw new CommandError(explain(error.issues[0], changed));
}

/** What is wrong with the settings, and what would be valid. */
function explain(issue: z.core.$ZodIssue | undefined, settings: Values): string {
  const path = (issue?.path ?? []).map(String);
  const name = path.join('.');
  const description = path.reduce<Description | undefined>(member, all);
  if (issue?.code === 'invalid_key') return `${name}: ${issue.issues[0]?.message}`;
  if (!issue || !description || !INSTEAD_OF_ZOD.has(issue.code)) return `${name}: ${issue?.message}`;
  const value = path.reduce<unknown>((group, part) => Object(group)[part], settings);
  if (value === undefined) return `${name} is missing: expected ${wanted(description)}`;
  const given = JSON.stringify(value);
  const shown = description.writeOnly || given.length > MOST_SHOWN ? '' : `, not ${given}`;
  return `${name}: expected ${wanted(description)}${shown}`;
}

/** How long a wrong value may be to be repeated in the message. */
const MOST_SHOWN = 60;

/** Issues that are worded from the description: a value of the wrong type, outside a range, or none of a choice. */
const INSTEAD_OF_ZOD: ReadonlySet<string> = new Set(['invalid_type', 'invalid_value', 'too_small', 'too_big']);

/** In words, what a setting may be. */
function wanted(description: Description): string {
  const { type, enum: choices, minimum, maximum, minLength = 0, maxLength } = description;
  if (choices) return choices.map((choice) => JSON.stringify(choice)).join(' or ');
  switch (type) {
    case 'integer':
      return minimum === undefined ? 'a whole number' : `a whole number from ${minimum} to ${maximum}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      if (maxLength !== undefined) return `a text of ${minLength} to ${maxLength} characters`;
      return minLength > 0 ? 'a text that is not empty' : 'a text';
    case 'array':
      return 'a list in JSON that is not empty';
    case 'object':
      return 'an object in JSON';
    default:
      return 'JSON';
  }
}

/** Refuses names that nobody knows, those inside a group included. */
function checkNames(name: string, value: unknown): void {
  const { type } = describe(name);
  if (type !== 'object' || !isObject(value)) return;
  for (const [inner, part] of Object.entries(value)) checkNames(under(name, inner), part);
}

/** A copy with another value at a path; undefined removes what is there. */
function put(values: Values, [name = '', ...rest]: readonly string[], value: unknown): Values {
  const { [name]: before, ...others } = values;
  if (rest.length === 0) return value === undefined ? others : { ...others, [name]: value };
  if (before === undefined && value === undefined) return values;
  return { ...others, [name]: put(isObject(before) ? before : {}, rest, value) };
}

/** All settings of an application, one by one, but for the values of those that are told to nobody. */
export function listSettings(settings: z.output<typeof AppSettings>): Setting[] {
  const defaults = new Map(flatten(AppSettings.parse({}), all));
  return flatten(settings, all).map(([name, value]) => ({
    name,
    value,
    isDefault: JSON.stringify(defaults.get(name)) === JSON.stringify(value),
  }));
}

function flatten(values: Values, description: Description, prefix = ''): [string, unknown][] {
  return Object.entries(values).flatMap(([name, value]): [string, unknown][] => {
    const inner = member(description, name);
    const path = under(prefix, name);
    if (!inner || value === undefined) return [];
    if (inner.writeOnly) return [[path, HIDDEN]];
    return isObject(value) && Object.keys(value).length > 0 ? flatten(value, inner, path) : [[path, value]];
  });
}
