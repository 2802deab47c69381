import * as z from 'zod/mini';
import { ENV, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import { conditionFailed, dynamo, type Lookup, lookup } from './dynamo.ts';
import { headKey, mark, subjectKey } from './keys.ts';
import type { Write } from './transact.ts';

const table = requireEnv(ENV.coreTable);

/** Maximum installations of a user. With more, the ones bound first get no more pushes. */
export const MAX_INSTALLS = 20;

const ATTEMPTS = 10;

const Installation = z.object({
  /** Creation and last change, epoch ms. */
  ts: z.number(),
  updated: z.optional(z.number()),
  deviceType: z.optional(z.enum(['ios', 'android'])),
  environment: z.optional(z.enum(['production', 'sandbox'])),
  deviceToken: z.optional(z.string()),
  /** The SNS endpoint of the device token. Undefined when SNS cannot reach it. */
  endpoint: z.optional(z.string()),
  /** The user whose messages are pushed to this installation. */
  boundTo: z.optional(z.string()),
  badge: z._default(z.number(), 0),
});

/** An app on a device, with its push data. */
export type Installation = z.output<typeof Installation>;

/** The fields that an app sets itself. */
type AppFields = Partial<Pick<Installation, 'deviceType' | 'environment' | 'deviceToken' | 'badge'>>;

/** A change of an installation. `endpoint: null` means that SNS cannot reach it. */
export type InstallationChanges = { readonly [K in keyof AppFields]?: AppFields[K] | undefined } & {
  readonly endpoint?: string | null;
};

const installationKey = (app: string, id: string) => headKey({ app, kind: 'installation', id });
const installsKey = (user: Principal) => ({ [PARTITION_KEY]: subjectKey(user), [SORT_KEY]: 'installs' });

const readIds = z._default(z.array(z.string()), []);

/** The installations bound to a user, the latest last, from one item. */
export function installsOf(user: Principal): Lookup<string[]> {
  return { table, key: installsKey(user), parse: (item) => readIds.parse(item?.ids) };
}

/** What a push job needs to know of a user: one item. */
export interface PushTargets {
  readonly installs: readonly string[];
  /** Whether the user has settings about pushes. Without the mark, nobody needs to read them. */
  readonly hasSettings: boolean;
}

/** The installations bound to a user, and whether the user has settings about pushes. */
export function pushTargetsOf(user: Principal): Lookup<PushTargets> {
  return {
    table,
    key: installsKey(user),
    parse: (item) => ({ installs: readIds.parse(item?.ids), hasSettings: item?.settings === true }),
  };
}

/** The write that notes that a user has settings about pushes. */
export const markSettings = (user: Principal): Write => ({
  Update: {
    TableName: table,
    Key: installsKey(user),
    UpdateExpression: 'SET #settings = :true',
    ExpressionAttributeNames: { '#settings': 'settings' },
    ExpressionAttributeValues: { ':true': true },
  },
});

/** The lookup of an installation. Undefined when it does not exist. */
export function installation(app: string, id: string): Lookup<Installation | undefined> {
  return { table, key: installationKey(app, id), parse: (item) => item && Installation.parse(item) };
}

/** Reads an installation with strong consistency. Undefined when it does not exist. */
export async function findInstallation(app: string, id: string): Promise<Installation | undefined> {
  const { Item } = await dynamo.get({ TableName: table, Key: installationKey(app, id), ConsistentRead: true });
  return Item && Installation.parse(Item);
}

/** Creates an installation, or changes the given fields. */
export async function saveInstallation(
  app: string,
  id: string,
  changes: InstallationChanges,
  now: number,
): Promise<Installation> {
  const given = Object.entries({ ...changes, updated: now }).filter(([, value]) => value != null);
  const sets = given.map(([name]) => `, #${name} = :${name}`).join('');
  const { Attributes } = await dynamo.update({
    TableName: table,
    Key: installationKey(app, id),
    UpdateExpression: `SET ts = if_not_exists(ts, :now)${sets}${changes.endpoint === null ? ' REMOVE endpoint' : ''}`,
    ExpressionAttributeNames: Object.fromEntries(given.map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ':now': now,
      ...Object.fromEntries(given.map(([name, value]) => [`:${name}`, value])),
    },
    ReturnValues: 'ALL_NEW',
  });
  return Installation.parse(Attributes);
}

/** Removes an endpoint that SNS cannot reach. Keeps an endpoint that was replaced meanwhile. */
export function dropEndpoint(app: string, id: string, endpoint: string): Promise<unknown> {
  return change(app, id, 'REMOVE endpoint', 'endpoint = :endpoint', { ':endpoint': endpoint });
}

/** How long an installation knows which messages were pushed to it: longer than a dead connection stays unnoticed. */
const PUSHED_ONCE_MS = 20 * 60_000;

/** After this time, no installation knows that a message was pushed. */
export const PUSHED_KNOWN_MS = 2 * PUSHED_ONCE_MS;

const WINDOWS = ['p0', 'p1', 'p2'] as const;

/** A message that is counted in a badge, or no longer. */
interface Counting {
  readonly message: string;
  /** The id of the job, which Lambda can run again. */
  readonly attempt: string;
  /** Whether the phone shows a push. */
  readonly isShown: boolean;
  readonly now: number;
}

/** Marks a message that only counts in the badge, because of the settings of the user. */
const hiddenMark = (message: string) => mark(`${message} hidden`);

/**
 * Increments the badge of an installation for a message that is pushed, unless another job counted the message before.
 * @returns the installation; undefined when it is no longer bound to the user, or another job pushes the message
 */
export async function countMessage(
  app: string,
  id: string,
  user: string,
  { message, attempt, isShown, now }: Counting,
): Promise<Installation | undefined> {
  const { current, next } = windowsAt(now);
  const marks = { ':message': mark(message), ':attempt': mark(`${message} ${attempt}`) };
  const added = [...Object.values(marks), ...(isShown ? [] : [hiddenMark(message)])];
  const isNew = `NOT (${isKnown(':message')})`;
  const isAgain = isKnown(':attempt');
  const counted = await change(
    app,
    id,
    `ADD badge :one, ${current} :marks REMOVE ${next}`,
    `boundTo = :user AND ((${isNew}) OR ${isAgain})`,
    { ':one': 1, ':user': user, ':marks': new Set(added), ...marks },
  );
  return counted && Installation.parse(counted);
}

/**
 * Takes a recalled message out of the badge of an installation, if it was counted there.
 * @returns the installation; undefined when it is no longer bound to the user, or shows no push that needs a replacement
 */
export async function uncountMessage(
  app: string,
  id: string,
  user: string,
  { message, attempt, now }: Counting,
): Promise<Installation | undefined> {
  const { current, next } = windowsAt(now);
  const [recalled, again] = [mark(`${message} recalled`), mark(`${message} recalled ${attempt}`)];
  const values = {
    ':user': user,
    ':pushed': mark(message),
    ':recalled': recalled,
    ':marks': new Set([recalled, again]),
  };
  const isFirst = `boundTo = :user AND (${isKnown(':pushed')}) AND NOT (${isKnown(':recalled')})`;
  const remember = `${current} :marks REMOVE ${next}`;
  const changed =
    (await change(app, id, `ADD badge :less, ${remember}`, `${isFirst} AND badge > :none`, {
      ...values,
      ':less': -1,
      ':none': 0,
    })) ??
    // The app has reset its badge, or Lambda runs the job again.
    (await change(app, id, `ADD ${remember}`, `${isFirst} OR (boundTo = :user AND (${isKnown(':again')}))`, {
      ...values,
      ':again': again,
    }));
  const isHidden = WINDOWS.some((name) => changed?.[name] instanceof Set && changed[name].has(hiddenMark(message)));
  return changed && !isHidden ? Installation.parse(changed) : undefined;
}

/** The sets of marks at a time: the one to add to, and the one to clear for later. */
function windowsAt(now: number): { current: string; next: string } {
  const window = Math.floor(now / PUSHED_ONCE_MS);
  const [current = '', next = ''] = [WINDOWS[window % 3], WINDOWS[(window + 1) % 3]];
  return { current, next };
}

const isKnown = (mark: string) => WINDOWS.map((name) => `contains(${name}, ${mark})`).join(' OR ');

/**
 * Binds an installation to a user, who then gets pushes on it, and unbinds the previous user.
 * @param mayBind whether the client may bind an installation with this device token
 * @param now epoch ms
 * @throws ChatError 5003 when it may not, 5005 after too many concurrent changes of the user's installations
 */
export async function bindInstallation(
  user: Principal,
  id: string,
  mayBind: (deviceToken: string) => boolean,
  now: number,
): Promise<void> {
  const present = await findInstallation(user.app, id);
  if (present?.boundTo === user.id) return;
  if (present?.deviceToken !== undefined && !mayBind(present.deviceToken)) {
    throw new ChatError(
      ERROR.notAuthorised,
      `auth.deviceToken: expected the device token of the installation ${id}, which is not bound to ${user.id}`,
    );
  }
  // The list is written first, because a push needs both writes. After an interruption, the next login repeats both.
  const dropped = await changeInstalls(user, (ids) => [...ids.filter((bound) => bound !== id), id]);
  await dynamo.update({
    TableName: table,
    Key: installationKey(user.app, id),
    UpdateExpression: 'SET ts = if_not_exists(ts, :now), boundTo = :user, badge = :none',
    ExpressionAttributeValues: { ':now': now, ':user': user.id, ':none': 0 },
  });
  await Promise.all(dropped.map((old) => leave(user, old)));
  if (present?.boundTo !== undefined) await removeFromList({ ...user, id: present.boundTo }, id);
}

/** Stops pushes of a user's messages to an installation. Ignores an installation that is not bound to them. */
export async function unbindInstallation(user: Principal, id: string): Promise<void> {
  await leave(user, id);
  await removeFromList(user, id);
}

/** Stops pushes of a user's messages to all installations. */
export async function unbindAll(user: Principal): Promise<void> {
  const [installs] = await lookup([installsOf(user)], { consistent: true });
  for (const install of installs) await unbindInstallation(user, install);
}

async function leave(user: Principal, id: string): Promise<void> {
  await change(user.app, id, 'REMOVE boundTo', 'boundTo = :user', { ':user': user.id });
}

async function removeFromList(user: Principal, id: string): Promise<void> {
  await changeInstalls(user, (ids) => ids.filter((bound) => bound !== id));
}

/** Changes an installation if a condition is met. Returns the new state, else undefined. */
async function change(app: string, id: string, update: string, condition: string, values: Record<string, unknown>) {
  try {
    const { Attributes } = await dynamo.update({
      TableName: table,
      Key: installationKey(app, id),
      UpdateExpression: update,
      ConditionExpression: condition,
      ExpressionAttributeValues: values,
      ReturnValues: 'ALL_NEW',
    });
    return Attributes;
  } catch (error) {
    if (conditionFailed(error)) return undefined;
    throw error;
  }
}

/** Changes the list of a user's installations. Returns the ids that were removed because of the limit. */
async function changeInstalls(user: Principal, edit: (ids: string[]) => string[]): Promise<string[]> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { Item } = await dynamo.get({ TableName: table, Key: installsKey(user), ConsistentRead: true });
    const present = readIds.parse(Item?.ids);
    const edited = edit(present);
    if (JSON.stringify(edited) === JSON.stringify(present)) return [];
    try {
      await dynamo.put({
        TableName: table,
        Item: { ...installsKey(user), ids: edited.slice(-MAX_INSTALLS), ...(Item?.settings ? { settings: true } : {}) },
        ConditionExpression: [
          Item?.ids ? 'ids = :present' : 'attribute_not_exists(ids)',
          `attribute_${Item?.settings ? '' : 'not_'}exists(#settings)`,
        ].join(' AND '),
        ExpressionAttributeNames: { '#settings': 'settings' },
        ...(Item?.ids ? { ExpressionAttributeValues: { ':present': present } } : {}),
      });
      return edited.slice(0, -MAX_INSTALLS);
    } catch (error) {
      if (!conditionFailed(error)) throw error;
    }
  }
  throw new ChatError(ERROR.conflict, `Too many requests change the installations of ${user.id}; try again`);
}
