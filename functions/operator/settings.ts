import * as z from 'zod/mini';
import { AppSettings, NEW_APP } from '../store/app-settings.ts';
import { CommandError, type Setting } from './commands.ts';
import { suggest } from './suggest.ts';

/** The JSON Schema of a setting or of a group of settings. */
interface Description {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Description>>;
  /** Schema of members with any name. */
  readonly additionalProperties?: Description;
  /** Schema of the entries of a list. */
  readonly items?: Description;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  /** Whether the value is secret. */
  readonly writeOnly?: boolean;
}

type Values = Readonly<Record<string, unknown>>;

let made: Description | undefined;

/** The JSON Schema of all settings. Made at first use, because it takes longer than the import of many modules. */
export function settingsSchema(): Description {
  made ??= describeAll();
  return made;
}

const describeAll = (): Description => JSON.parse(JSON.stringify(z.toJSONSchema(AppSettings, { io: 'input' })));

/** The defaults that differ from those of the schema: a reset sets what a new application has. */
const initial: Values = NEW_APP;

/** Shown in place of a secret value. */
const HIDDEN = '(hidden)';

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const under = (prefix: string, name: string) => (prefix === '' ? name : `${prefix}.${name}`);

/** Returns the schema of a setting, such as `sms.prefix`. @throws CommandError for an unknown name */
function describe(name: string): Description {
  const described = name.split('.').reduce<Description | undefined>(member, settingsSchema());
  if (described) return described;
  const alike = suggest(name, names(settingsSchema()));
  throw new CommandError(`There is no setting ${name}${alike === undefined ? '' : `; did you mean ${alike}?`}`);
}

function member(group: Description | undefined, name: string): Description | undefined {
  const { properties = {}, additionalProperties, items } = group ?? {};
  if (items) return /^\d+$/.test(name) ? items : undefined;
  return Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
}

/** Returns the names of all settings and groups. */
function names({ properties = {} }: Description, prefix = ''): string[] {
  return Object.entries(properties).flatMap(([name, inner]) => {
    const path = under(prefix, name);
    return [path, ...names(inner, path)];
  });
}

/**
 * Parses the value of `name=value` on the command line.
 * @throws CommandError for an invalid value, an unknown setting, or a secret setting
 */
export function readSetting(name: string, text: string): unknown {
  const description = describe(name);
  const { type, writeOnly } = description;
  if (writeOnly)
    throw new CommandError(`${name}: secrets are not allowed here; pass the setting in a JSON file with --file`);
  if (type === 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandError(`${name}: expected ${wanted(description)}, not ${text}`);
  }
}

/**
 * Returns the given settings with the changes applied.
 * @param set new values by name; a value can be a complete group
 * @param reset names of the settings that get their defaults
 * @throws CommandError that names the invalid setting
 */
export function changeSettings(given: Values, set: Values, reset: readonly string[]): z.input<typeof AppSettings> {
  let changed = given;
  for (const name of reset) {
    describe(name);
    changed = put(changed, name.split('.'), initial[name]);
  }
  for (const [name, value] of Object.entries(set)) {
    checkNames(name, value);
    changed = put(changed, name.split('.'), value);
  }
  const { success, error } = z.safeParse(AppSettings, changed);
  if (success) return changed;
  throw new CommandError(explain(error.issues[0], changed));
}

/** Describes the invalid setting and its valid values. */
function explain(issue: z.core.$ZodIssue | undefined, settings: Values): string {
  const path = (issue?.path ?? []).map(String);
  const name = path.join('.');
  const description = path.reduce<Description | undefined>(member, settingsSchema());
  if (issue?.code === 'invalid_key') return `${name}: ${issue.issues[0]?.message}`;
  if (!issue || !description || !INSTEAD_OF_ZOD.has(issue.code)) return `${name}: ${issue?.message}`;
  const value = path.reduce<unknown>((group, part) => Object(group)[part], settings);
  if (value === undefined) return `${name} is missing: expected ${wanted(description)}`;
  const given = JSON.stringify(value);
  const shown = description.writeOnly || given.length > MAX_SHOWN ? '' : `, not ${given}`;
  return `${name}: expected ${wanted(description)}${shown}`;
}

/** Maximum length of a wrong value that the message repeats. */
const MAX_SHOWN = 60;

/** Issues whose message comes from the schema of the setting: a wrong type, range or choice. */
const INSTEAD_OF_ZOD: ReadonlySet<string> = new Set(['invalid_type', 'invalid_value', 'too_small', 'too_big']);

/** Describes the valid values of a setting. */
function wanted(description: Description): string {
  const { type, enum: choices, minimum, maximum, minLength = 0, maxLength, minItems = 0 } = description;
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
      return minItems > 0 ? 'a list in JSON that is not empty' : 'a list in JSON';
    case 'object':
      return 'an object in JSON';
    default:
      return 'JSON';
  }
}

/** Rejects unknown names, also inside a group. */
function checkNames(name: string, value: unknown): void {
  const { type, writeOnly } = describe(name);
  if (writeOnly && value === HIDDEN) throw new CommandError(`${name}: expected the secret itself, not ${HIDDEN}`);
  if (type !== 'object' || !isObject(value)) return;
  for (const [inner, part] of Object.entries(value)) checkNames(under(name, inner), part);
}

/** Returns a copy with a new value at the path. Undefined removes the value. */
function put(values: Values, [name = '', ...rest]: readonly string[], value: unknown): Values {
  const { [name]: before, ...others } = values;
  if (rest.length === 0) return value === undefined ? others : { ...others, [name]: value };
  if (before === undefined && value === undefined) return values;
  return { ...others, [name]: put(isObject(before) ? before : {}, rest, value) };
}

/** Lists all settings of an application. It hides secret values. */
export function listSettings(settings: z.output<typeof AppSettings>): Setting[] {
  const defaults = new Map(flatten(AppSettings.parse(NEW_APP), settingsSchema()));
  return flatten(settings, settingsSchema()).map(([name, value]) => ({
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
