import * as z from 'zod/mini';
import { APP_ID, ENV, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { orElse } from '../shared/or-else.ts';
import { AppSettings } from './app-settings.ts';
import { dynamo, type Item, type Lookup, unlessRefused } from './dynamo.ts';
import { Credential } from './platforms.ts';
import { parseStored } from './stored.ts';
import { Webhook } from './webhook.ts';

export const table = requireEnv(ENV.coreTable);

export const App = z.extend(AppSettings, {
  // An invalid stored value must not open what was closed, so it becomes the safe one. A missing one has its default.
  mode: orElse(AppSettings.shape.mode, 'strict'),
  plainLogin: orElse(AppSettings.shape.plainLogin, false),
  visitors: orElse(AppSettings.shape.visitors, false),
  clientKey: z.string(),
  /** The previous client key, accepted until `until` (epoch ms). */
  previousClientKey: z.optional(z.object({ key: z.string(), until: z.number() })),
  /** Only the hash of the master key is stored here; the secret contains the key. */
  masterKeyHash: z.string(),
  apns: z.optional(Credential),
  apns_sandbox: z.optional(Credential),
  fcm: z.optional(Credential),
  /** When the banned words last changed, epoch ms. Undefined when there are none. */
  words: z.optional(z.number()),
  /** Without their secrets, which are items of their own. */
  webhooks: z.optional(z.array(Webhook)),
});

/** An application. The client key gives access to the chat, the master key to administration. */
export interface App extends z.output<typeof App> {
  readonly id: string;
}

/** How long an instance caches an application. A changed key is effective everywhere after this time. */
const TRUST_MS = 60_000;
const known = new Map<string, { app: App; until: number }>();

export const appKey = (id: string) => ({ [PARTITION_KEY]: `app#${id}`, [SORT_KEY]: 'app' });

/** Returns an application from a cache of at most one minute. Undefined when it does not exist. */
export async function findApp(id: string): Promise<App | undefined> {
  if (!APP_ID.test(id)) return undefined;
  const cached = known.get(id);
  if (cached && cached.until > Date.now()) return cached.app;
  known.delete(id);
  const { Item } = await dynamo.get({ TableName: table, Key: appKey(id) });
  return Item && remember(id, Item);
}

function remember(id: string, item: Item): App {
  const app = { id, ...parseStored(App, item, `application ${id}`) };
  known.set(id, { app, until: Date.now() + TRUST_MS });
  return app;
}

/** The read of an application that the cache lacks. Add it to another read, and `findApp` makes no call of its own after it. */
export function refreshApp(id: string): Lookup<unknown>[] {
  const isKnown = (known.get(id)?.until ?? 0) > Date.now();
  return isKnown ? [] : [{ table, key: appKey(id), parse: (item) => item && remember(id, item) }];
}

/** New attributes of an application. Undefined removes an attribute. */
export type AppChanges = Partial<z.input<typeof App>>;

/**
 * Changes attributes of an application.
 * @param stored the item from which the changes follow; without it, they do not depend on what is stored
 * @returns false when another request changed one of these attributes after `stored` was read: then nothing was changed
 */
export async function changeApp(id: string, changes: AppChanges, stored?: Item): Promise<boolean> {
  const entries = Object.entries(changes);
  const clause = (word: string, part: typeof entries, write: (name: string) => string) =>
    part.length > 0 ? [`${word} ${part.map(([name]) => write(name)).join(', ')}`] : [];
  const set = entries.filter(([, value]) => value !== undefined);
  const removed = entries.filter(([, value]) => value === undefined);
  const before = stored ? entries.map(([name]) => [name, stored[name]] as const) : [];
  const values = [
    ...set.map(([name, value]) => [`:${name}`, value] as const),
    ...before.flatMap(([name, value]) => (value === undefined ? [] : [[`:was_${name}`, value] as const])),
  ];
  const write = dynamo.update({
    TableName: table,
    Key: appKey(id),
    UpdateExpression: [
      ...clause('SET', set, (name) => `#${name} = :${name}`),
      ...clause('REMOVE', removed, (name) => `#${name}`),
    ].join(' '),
    ConditionExpression: [
      'attribute_exists(#pk)',
      ...before.map(([name, value]) =>
        value === undefined ? `attribute_not_exists(#${name})` : `#${name} = :was_${name}`,
      ),
    ].join(' AND '),
    ExpressionAttributeNames: {
      ...Object.fromEntries(entries.map(([name]) => [`#${name}`, name])),
      '#pk': PARTITION_KEY,
    },
    ...(values.length > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }),
  });
  const changed = stored ? await unlessRefused(write) : Boolean(await write);
  known.delete(id);
  return changed;
}
