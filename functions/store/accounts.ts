import * as z from 'zod/mini';
import { DIRECTORY_INDEX, ENV, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { collect, dynamo, type Item, type Key, type Lookup, lookup, query } from './dynamo.ts';
import { Attributes } from './profiles.ts';
import { parseStored } from './stored.ts';
import { transact, type Write } from './transact.ts';

const table = requireEnv(ENV.accountsTable);

const Stored = z.object({
  username: z.optional(z.string()),
  email: z.optional(z.string()),
  /** Whether other accounts may have the same email. */
  sharesEmail: z.optional(z.boolean()),
  phone: z.optional(z.string()),
  /** The hash of the password. Undefined when the account has no password. */
  password: z.optional(z.string()),
  /** The third-party user ids of the account, by platform. */
  logins: z._default(z.record(z.string(), z.string()), {}),
  /** Other fields that the application stores. */
  fields: z._default(Attributes, {}),
  /** Changes when all sessions end. A session with another generation is invalid. */
  generation: z.number(),
  /** The number of changes, for optimistic locking. */
  version: z.number(),
  created: z.number(),
  updated: z.number(),
});

/** An account of an application. Its id is also the id of its chat user. Times are epoch ms. */
export interface Account extends z.output<typeof Stored> {
  readonly app: string;
  readonly id: string;
}

/** A value that only one account can own. */
export interface Claim {
  readonly kind: 'username' | 'email' | 'phone' | 'login';
  readonly value: string;
}

/** 24 hexadecimal digits, the format of MaxLeap. */
export const ACCOUNT_ID = /^[0-9a-f]{24}$/;

const HEAD = 'account';

/** The partition of an account. The separator `#` occurs neither in application ids nor in account ids. */
export const accountPartition = (app: string, id: string) => `${app}#account#${id}`;

const headKey = (app: string, id: string) => ({ [PARTITION_KEY]: accountPartition(app, id), [SORT_KEY]: HEAD });
const claimKey = (app: string, { kind, value }: Claim) => ({
  [PARTITION_KEY]: `${app}#${kind}#${value}`,
  [SORT_KEY]: 'claim',
});

/** The claim of a third-party user id. */
export const loginClaim = (platform: string, id: string): Claim => ({ kind: 'login', value: `${platform}/${id}` });

/** Usernames are equal after Unicode normalization and case folding. */
export const usernameClaim = (username: string): Claim => ({
  kind: 'username',
  value: username.normalize('NFKC').toLowerCase(),
});

function claimsOf({ username, email, sharesEmail, phone, logins }: Account): Claim[] {
  return [
    ...(username === undefined ? [] : [usernameClaim(username)]),
    ...(email === undefined || sharesEmail ? [] : [{ kind: 'email', value: email.toLowerCase() } as const]),
    ...(phone === undefined ? [] : [{ kind: 'phone', value: phone } as const]),
    ...Object.entries(logins).map(([platform, id]) => loginClaim(platform, id)),
  ];
}

/** Reads an account with strong consistency. Undefined when it does not exist. */
export async function findAccount(app: string, id: string): Promise<Account | undefined> {
  if (!ACCOUNT_ID.test(id)) return undefined;
  return parseHead(app, id, await read(headKey(app, id)));
}

/** The lookup of an account. Undefined when it does not exist. */
export const accountHead = (app: string, id: string): Lookup<Account | undefined> => ({
  table,
  key: headKey(app, id),
  parse: (item) => parseHead(app, id, item),
});

function parseHead(app: string, id: string, item: Item | undefined): Account | undefined {
  return item && !item.deleted ? { app, id, ...parseStored(Stored, item, `account ${id}`) } : undefined;
}

/** Whether an id belongs to an account, existing or deleted. */
export async function isOfAccount(app: string, id: string): Promise<boolean> {
  return ACCOUNT_ID.test(id) && (await read(headKey(app, id))) !== undefined;
}

/** An id that no account has. */
const NOBODY = '0'.repeat(24);

/**
 * Finds the account that owns a claim. Makes the same number of reads when there is none, so that timing reveals
 * nothing.
 */
export async function findByClaim(app: string, claim: Claim): Promise<Account | undefined> {
  const found = await read(claimKey(app, claim));
  return findAccount(app, found ? String(found.id) : NOBODY);
}

async function read(key: Key): Promise<Item | undefined> {
  const { Item } = await dynamo.get({ TableName: table, Key: key, ConsistentRead: true });
  return Item;
}

/**
 * Creates, changes or deletes an account and its claims in one transaction.
 * @param before the account that was read; undefined to create one
 * @param after the new state of the account; undefined to delete it
 * @returns undefined on success; else the kind of claim that another account owns, or `changed` after a concurrent
 * change
 */
export async function replaceAccount(
  before: Account | undefined,
  after: Account | undefined,
): Promise<Claim['kind'] | 'changed' | undefined> {
  const account = after ?? before;
  if (!account) return undefined;
  const { app, id } = account;
  const has = before ? claimsOf(before) : [];
  const wants = after ? claimsOf(after) : [];
  const identity = (claim: Claim) => `${claim.kind}#${claim.value}`;
  const without = (claims: Claim[], others: Claim[]) =>
    claims.filter((claim) => !others.some((other) => identity(other) === identity(claim)));
  const taken = without(wants, has);
  const refused = await transact([
    head(before, after, headKey(app, id)),
    ...taken.map(
      (claim): Write => ({
        Put: {
          TableName: table,
          Item: { ...claimKey(app, claim), id },
          ConditionExpression: 'attribute_not_exists(#pk)',
          ExpressionAttributeNames: { '#pk': PARTITION_KEY },
        },
      }),
    ),
    ...without(has, wants).map((claim): Write => ({ Delete: { TableName: table, Key: claimKey(app, claim) } })),
  ]);
  if (!refused) return undefined;
  return taken[refused.indexOf(true, 1) - 1]?.kind ?? 'changed';
}

/** The write of the account item, on condition that the version is unchanged. */
function head(before: Account | undefined, after: Account | undefined, key: Key): Write {
  const unchanged = before
    ? {
        ConditionExpression: '#version = :version',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':version': before.version },
      }
    : { ConditionExpression: 'attribute_not_exists(#pk)', ExpressionAttributeNames: { '#pk': PARTITION_KEY } };
  // The id stays reserved. Otherwise a holder of the client key could log in as the deleted user without an account.
  if (!after) return { Put: { TableName: table, Item: { ...key, deleted: true }, ...unchanged } };
  const { app, id, fields, ...rest } = after;
  const Item = {
    ...rest,
    ...key,
    fields: JSON.stringify(fields),
    version: (before?.version ?? 0) + 1,
    [DIRECTORY_INDEX.partition]: directory(app),
    [DIRECTORY_INDEX.created]: after.created,
  };
  return { Put: { TableName: table, Item, ...unchanged } };
}

const directory = (app: string) => `${app}#account`;

/** The accounts of an application, sorted by creation time. */
export async function listAccounts(app: string, { skip, limit }: { skip: number; limit: number }): Promise<Account[]> {
  const keys = await collect(
    query(
      {
        TableName: table,
        IndexName: DIRECTORY_INDEX.name,
        KeyConditionExpression: '#directory = :directory',
        ExpressionAttributeNames: { '#directory': DIRECTORY_INDEX.partition },
        ExpressionAttributeValues: { ':directory': directory(app) },
      },
      skip + limit,
    ),
  );
  const ids = keys.slice(skip).map((item) => String(item[PARTITION_KEY]).slice(accountPartition(app, '').length));
  const found = await lookup(ids.map((id) => accountHead(app, id)));
  return found.flatMap((account) => account ?? []);
}
