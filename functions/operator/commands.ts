import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { APP_ID } from '../shared/constants.ts';

z.config(en());

const appId = z.string().check(z.regex(APP_ID, 'expected 1 to 64 characters of A-Z a-z 0-9 _ -'));

/** An existing key that the operator supplies. */
const Key = z.string().check(z.regex(/^[\x21-\x7e]{8,256}$/, 'expected 8 to 256 characters of ASCII without spaces'));

/** Settings by name, such as `groupMembers` or `sms.prefix`. */
const Settings = z.record(z.string(), z.unknown());

/** Maximum time in which a replaced client key is still valid. */
const MAX_GRACE_S = 90 * 24 * 60 * 60;

const Grace = z
  .int('expected whole seconds')
  .check(z.minimum(0, 'expected 0 or more seconds'), z.maximum(MAX_GRACE_S, 'expected at most 90 days'));

/** A command of the operator. The field `command` selects it. */
export const Command = z.discriminatedUnion('command', [
  z.object({
    command: z.literal('create'),
    app: appId,
    settings: Settings,
    /** Existing keys. The function generates the missing ones. */
    keys: z.object({ clientKey: z.optional(Key), masterKey: z.optional(Key) }),
  }),
  z.object({ command: z.literal('list') }),
  /** Changes the named settings, if any, and returns all settings. */
  z.object({ command: z.literal('settings'), app: appId, set: Settings, reset: z.array(z.string()) }),
  z.object({
    command: z.literal('rotate'),
    app: appId,
    which: z.enum(['client', 'master']),
    /** The new key. The function generates it by default. */
    key: z.optional(Key),
    graceSeconds: z._default(Grace, 0),
  }),
]);
export type Command = z.output<typeof Command>;

const epochMs = z.number();

const CreatedApp = z.object({ app: z.string(), secret: z.string(), mode: z.string() });

const ListedApp = z.object({
  app: z.string(),
  mode: z.string(),
  created: epochMs,
  secret: z.string(),
  /** Whether the secret contains the valid keys. */
  keys: z.enum(['ok', 'differ', 'missing']),
  /** Time until which the previous client key is valid. */
  previousClientKeyUntil: z.optional(epochMs),
});
export type ListedApp = z.output<typeof ListedApp>;

const Setting = z.object({ name: z.string(), value: z.unknown(), isDefault: z.boolean() });
export type Setting = z.output<typeof Setting>;

const Rotated = z.object({ app: z.string(), secret: z.string(), previousClientKeyUntil: z.optional(epochMs) });

/** The result of each command. A result never contains a key. */
export const RESULTS = {
  create: CreatedApp,
  list: z.array(ListedApp),
  settings: z.array(Setting),
  rotate: Rotated,
} as const;

export type Result<C extends Command['command']> = z.output<(typeof RESULTS)[C]>;

/** The result, or the reason why the command failed. */
export const Answer = z.union([z.object({ result: z.unknown() }), z.object({ refused: z.string() })]);
export type Answer = z.output<typeof Answer>;

/** An invalid command. The message is for the operator. */
export class CommandError extends Error {}
