import * as z from 'zod/mini';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { Lookup } from './dynamo.ts';
import { connectionKey } from './keys.ts';

const table = requireEnv(ENV.connectionsTable);

/** The sessions of accounts that a connection belongs to, by their hashes: a set, absent when empty. */
const Stored = z.object({ sessions: z.optional(z.instanceof(Set)) });

/** What adds a connection to sessions. */
export const sessionsEntry = (hashes: readonly string[]) => (hashes.length > 0 ? { sessions: new Set(hashes) } : {});

/** The sessions that a connection belongs to, by their hashes. */
export function sessionsOf(connectionId: string): Lookup<Set<unknown>> {
  return {
    table,
    key: connectionKey(connectionId),
    parse: (item) => Stored.parse(item ?? {}).sessions ?? new Set(),
  };
}
