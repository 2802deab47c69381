import * as z from 'zod/mini';
import { ENV, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { Principal } from '../shared/principal.ts';
import { removeEndedDevices } from './devices.ts';
import { dynamo, type Lookup, unlessRefused } from './dynamo.ts';
import { connectionKey } from './keys.ts';

const table = requireEnv(ENV.connectionsTable);

/** The sessions that a connection belongs to, by their hashes: a set, absent when empty. */
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

const Device = z.object({ device: z.optional(z.string()), since: z._default(z.number(), 0) });

/** The kind of device of a connection, if it is known, and when the connection was registered, epoch ms. */
export function deviceOf(connectionId: string): Lookup<z.output<typeof Device>> {
  return { table, key: connectionKey(connectionId), parse: (item) => Device.parse(item ?? {}) };
}

/**
 * Marks connections as ended before they are closed: from here on, they receive no events, and the server rejects their
 * frames. The owner stays stored, so that the report of the close can announce that they are offline.
 */
export async function endConnections(principal: Principal, connectionIds: readonly string[]): Promise<void> {
  await Promise.all(
    connectionIds.map((connectionId) =>
      unlessRefused(
        dynamo.update({
          TableName: table,
          Key: connectionKey(connectionId),
          UpdateExpression: 'SET sessionEnded = :true',
          // A removed item must not come back without an expiry.
          ConditionExpression: 'attribute_exists(#pk)',
          ExpressionAttributeNames: { '#pk': PARTITION_KEY },
          ExpressionAttributeValues: { ':true': true },
        }),
      ),
    ),
  );
  await removeEndedDevices(principal, connectionIds);
}
