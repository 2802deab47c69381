import * as z from 'zod/mini';
import { CommandError } from '../../operator/commands.ts';
import { configureApplication } from '../../operator/configure.ts';
import { settingsSchema } from '../../operator/settings.ts';
import { ChatError, ERROR } from '../../shared/errors.ts';
import { masterOnly } from '../access.ts';
import { audited } from '../audit.ts';
import { route } from '../route.ts';

const SettingsShape = z
  .object({
    settings: z
      .array(
        z.object({
          name: z.string().register(z.globalRegistry, { examples: ['sms.perDay'] }),
          value: z.unknown(),
          isDefault: z.boolean(),
        }),
      )
      .register(z.globalRegistry, { description: 'Settings that have a value. Secrets are hidden' }),
    schema: z
      .record(z.string(), z.unknown())
      .register(z.globalRegistry, { description: 'JSON Schema of all settings' }),
  })
  .register(z.globalRegistry, { id: 'Settings' });

const Changes = z
  .record(z.string(), z.unknown())
  .check(z.refine((changes) => Object.keys(changes).length > 0, 'expected at least one setting'))
  .register(z.globalRegistry, {
    description: 'New values by name. `null` sets the default. Changes all or nothing',
    examples: [{ groupMembers: 100, 'sms.perDay': 500, receipts: null }],
  });

const common = {
  path: '/settings',
  params: z.object({}),
  status: 200,
  response: SettingsShape,
  strict: 'always',
  access: masterOnly,
} as const;

async function configure(app: string, changes: Readonly<Record<string, unknown>>) {
  const set = Object.entries(changes).filter(([, value]) => value !== null);
  const reset = Object.keys(changes).filter((name) => changes[name] === null);
  try {
    const settings = await configureApplication({ app, set: Object.fromEntries(set), reset });
    return { settings, schema: { ...settingsSchema() } };
  } catch (error) {
    if (error instanceof CommandError) throw new ChatError(ERROR.badParameter, error.message);
    throw error;
  }
}

export const settings = [
  route({
    ...common,
    method: 'GET',
    summary: 'Read the settings of the application',
    handle: ({ app }) => configure(app.id, {}),
  }),

  route({
    ...common,
    method: 'PATCH',
    summary: 'Change settings of the application; effective everywhere within a minute',
    body: Changes,
    audit: audited('settings.change', ({ body }) => Object.keys(body).join(', ')),
    handle: ({ app, body }) => configure(app.id, body),
  }),
];
