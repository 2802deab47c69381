import * as z from 'zod/mini';
import { ENV, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { Principal } from '../shared/principal.ts';
import type { Lookup } from './dynamo.ts';
import { markSettings } from './installations.ts';
import { subjectKey } from './keys.ts';
import { transact } from './transact.ts';

const table = requireEnv(ENV.coreTable);

const clock = z
  .string()
  .check(z.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as 22:30'))
  .register(z.globalRegistry, { examples: ['22:30'] });

/** The hours without pushes, in the time zone of the user. They may include midnight. */
export const QuietHours = z
  .object({
    from: clock,
    to: clock,
    zone: z
      .string()
      .check(z.maxLength(64), z.refine(isTimeZone, 'expected a time zone such as Asia/Shanghai'))
      .register(z.globalRegistry, { examples: ['Asia/Shanghai'] }),
  })
  .register(z.globalRegistry, { id: 'QuietHours' });
export type QuietHours = z.output<typeof QuietHours>;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return name !== '';
  } catch {
    return false;
  }
}

/** How a user wants pushes, on all devices. */
export const PushSettingsOfUser = z.object({
  /** Whether pushes show the text of messages. */
  preview: z._default(z.boolean(), true),
  /** Do not disturb. */
  quiet: z.optional(z.nullable(QuietHours)),
});
export type PushSettingsOfUser = z.output<typeof PushSettingsOfUser>;

const settingsKey = (user: Principal) => ({ [PARTITION_KEY]: subjectKey(user), [SORT_KEY]: 'push-settings' });

/** The push settings of a user; without any, the defaults. */
export function pushSettings(user: Principal): Lookup<PushSettingsOfUser> {
  return { table, key: settingsKey(user), parse: (item) => PushSettingsOfUser.parse(item ?? {}) };
}

/** Replaces the push settings of a user. */
export async function savePushSettings(user: Principal, settings: PushSettingsOfUser): Promise<void> {
  await transact([{ Put: { TableName: table, Item: { ...settingsKey(user), ...settings } } }, markSettings(user)]);
}
