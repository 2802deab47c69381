import * as z from 'zod/mini';
import { ENV, EXPIRES, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { Principal } from '../shared/principal.ts';
import { type Account, accountHead, accountPartition } from './accounts.ts';
import { collect, dynamo, type Lookup, lookup, query, unlessRefused } from './dynamo.ts';
import { subjectKey } from './keys.ts';
import { type Standing, standing } from './standing.ts';

/*
 * A session is an item that outlives the connections of a login. Its id is the hash of the token.
 *
 * - The token of an account is random. Its session must exist, and is deleted when it ends.
 * - All other tokens are signed, and valid without an item. Their item lists them, and revokes them once it has `ended`.
 */

const table = requireEnv(ENV.accountsTable);

/** A session of a user or visitor. */
export interface SessionKey {
  readonly principal: Principal;
  /** The hash of the token, by which the session is known. */
  readonly hash: string;
}

const Stored = z.object({
  /** Of the account, if the user has one. Another generation of the account has ended the session. */
  generation: z.optional(z.number()),
  /** Creation, last login with the token, and end, epoch ms. */
  created: z.optional(z.number()),
  used: z.optional(z.number()),
  ended: z.optional(z.number()),
  /** The installation of the last login. */
  install: z.optional(z.string()),
  /** Whether the token is signed. */
  signed: z._default(z.boolean(), false),
  /** Epoch seconds. */
  [EXPIRES]: z.number(),
});

/** A stored session. */
export type StoredSession = z.output<typeof Stored>;

/** A session that has not ended, for the list of them. */
export type ListedSession = StoredSession & { readonly hash: string };

const PREFIX = 'session#';

/** Users keep their sessions beside their account, whether they have one or not. */
const partitionOf = (principal: Principal) =>
  principal.kind === 'user' ? accountPartition(principal.app, principal.id) : subjectKey(principal);

const sessionKey = ({ principal, hash }: SessionKey) => ({
  [PARTITION_KEY]: partitionOf(principal),
  [SORT_KEY]: `${PREFIX}${hash}`,
});

const expiresAt = (until: number) => Math.ceil(until / 1000);

/** A session to store. Times are epoch ms. */
interface NewSession extends Pick<StoredSession, 'signed' | 'generation' | 'install'> {
  readonly created: number;
  readonly until: number;
}

export async function saveSession(key: SessionKey, { until, ...fields }: NewSession): Promise<void> {
  const Item = { ...sessionKey(key), ...fields, [EXPIRES]: expiresAt(until) };
  await dynamo.put({ TableName: table, Item });
}

const session = (key: SessionKey): Lookup<StoredSession | undefined> => ({
  table,
  key: sessionKey(key),
  parse: (item) => item && Stored.parse(item),
});

/** A session, and what its token depends on besides. */
export interface SessionState {
  readonly session: StoredSession | undefined;
  readonly account: Account | undefined;
  readonly standing: Standing | undefined;
}

/**
 * Reads a session, the account of its user, and whether the user is banned, with strong consistency in one call.
 * @param withAccount false when the token does not depend on an account
 */
export async function readSession(key: SessionKey, withAccount: boolean): Promise<SessionState> {
  const { app, id } = key.principal;
  const reads = [session(key), standing(key.principal)] as const;
  if (!withAccount) {
    const [found, state] = await lookup(reads, { consistent: true });
    return { session: found, account: undefined, standing: state };
  }
  const [found, state, account] = await lookup([...reads, accountHead(app, id)], { consistent: true });
  return { session: found, account, standing: state };
}

/**
 * Notes a login with a token, unless its session has ended.
 * @param until when a signed token expires, epoch ms; undefined for the token of an account, whose session must exist
 * @returns false when it has ended
 */
export function touchSession(
  key: SessionKey,
  { now, until, install }: { now: number; until?: number | undefined; install?: string | undefined },
): Promise<boolean> {
  const signed = until !== undefined;
  const sets = [
    'used = :now',
    ...(install === undefined ? [] : ['install = :install']),
    ...(signed
      ? ['created = if_not_exists(created, :now)', 'signed = :true', '#expires = if_not_exists(#expires, :expires)']
      : []),
  ];
  return unlessRefused(
    dynamo.update({
      TableName: table,
      Key: sessionKey(key),
      UpdateExpression: `SET ${sets.join(', ')}`,
      ConditionExpression: signed ? 'attribute_not_exists(ended)' : 'attribute_exists(#pk)',
      ExpressionAttributeNames: signed ? { '#expires': EXPIRES } : { '#pk': PARTITION_KEY },
      ExpressionAttributeValues: {
        ':now': now,
        ...(install !== undefined && { ':install': install }),
        ...(signed && { ':expires': expiresAt(until), ':true': true }),
      },
    }),
  );
}

/**
 * Ends a session. That of a signed token remains until the token has expired, because the token is valid without it.
 * @param until when a signed token expires, epoch ms; undefined for the token of an account
 */
export async function endSession(key: SessionKey, now: number, until: number | undefined): Promise<void> {
  const at = { TableName: table, Key: sessionKey(key) };
  if (until === undefined) {
    await dynamo.delete(at);
    return;
  }
  await dynamo.update({
    ...at,
    UpdateExpression: 'SET ended = :now, signed = :true, #expires = if_not_exists(#expires, :expires)',
    ExpressionAttributeNames: { '#expires': EXPIRES },
    ExpressionAttributeValues: { ':now': now, ':true': true, ':expires': expiresAt(until) },
  });
}

/** The sessions of a user or visitor that have not ended, the latest first. */
export async function listSessions(principal: Principal, now: number): Promise<ListedSession[]> {
  const items = await collect(
    query({
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: '#pk = :pk AND begins_with(#sk, :prefix)',
      ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY },
      ExpressionAttributeValues: { ':pk': partitionOf(principal), ':prefix': PREFIX },
    }),
  );
  return items
    .map((item) => ({ ...Stored.parse(item), hash: String(item[SORT_KEY]).slice(PREFIX.length) }))
    .filter((session) => isOpen(session, now))
    .sort((a, b) => latest(b) - latest(a));
}

const latest = ({ used, created }: StoredSession) => used ?? created ?? 0;

/** Whether a session has neither ended nor expired. @param now epoch ms */
export function isOpen({ ended, [EXPIRES]: expires }: StoredSession, now: number): boolean {
  return ended === undefined && expires * 1000 > now;
}
