/** Names that the infrastructure declares and the functions use; each stands here once. */

/** Environment variables of the functions. */
export const ENV = {
  coreTable: 'CORE_TABLE',
  messagesTable: 'MESSAGES_TABLE',
  connectionsTable: 'CONNECTIONS_TABLE',
  callbackUrl: 'CALLBACK_URL',
  greetFunction: 'GREET_FUNCTION',
} as const;

/** Key attributes of every table (a table without a sort key uses the first only). */
export const PARTITION_KEY = 'pk';
export const SORT_KEY = 'sk';

/** The TTL attribute of every table that has one: epoch seconds, a number. */
export const EXPIRES = 'expires';

/** Sparse index over the connections whose clients wait for the server's ping. */
export const HEARTBEAT_INDEX = { name: 'heartbeat', shard: 'shard', due: 'due' } as const;

/** How many partitions the heartbeat index is spread over. */
export const HEARTBEAT_SHARDS = 4;
