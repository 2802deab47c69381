import * as z from 'zod/mini';
import { ENV, EXPIRES, HEARTBEAT_INDEX } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { openedAt } from './devices.ts';
import type { Item, Lookup } from './dynamo.ts';
import { isPinged } from './heartbeats.ts';
import { connectionKey } from './keys.ts';

const table = requireEnv(ENV.connectionsTable);

const Stored = z.object({
  closed: z.optional(z.number()),
  answered: z.optional(z.number()),
  [EXPIRES]: z.optional(z.number()),
  [HEARTBEAT_INDEX.shard]: z.optional(z.string()),
});

/** What the table knows of the last time that a client was heard. */
export interface SignOfLife {
  readonly connectionId: string;
  /** The last answer to a ping, or the login; epoch ms. */
  readonly at: number;
  /** Whether API Gateway knows more: the client pings by itself, which is not stored, or its item is not found. */
  readonly incomplete: boolean;
}

/** The last sign of life in a connection item. */
export function signOfLife(item: Item): Omit<SignOfLife, 'connectionId'> {
  const { closed, answered, expires, shard } = Stored.parse(item);
  if (closed !== undefined) return { at: Number.NEGATIVE_INFINITY, incomplete: false };
  const at = answered ?? (expires === undefined ? Number.NEGATIVE_INFINITY : openedAt(expires));
  return { at, incomplete: !isPinged(shard) };
}

/** The last stored sign of life of a connection. */
export function lastSignOfLife(connectionId: string): Lookup<SignOfLife> {
  return {
    table,
    key: connectionKey(connectionId),
    parse: (item) => ({ connectionId, ...signOfLife(item ?? {}) }),
  };
}
