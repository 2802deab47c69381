/** Names that the infrastructure declares and the functions use; each stands here once. */

/** Environment variables of the functions. */
export const ENV = {
  coreTable: 'CORE_TABLE',
  messagesTable: 'MESSAGES_TABLE',
  connectionsTable: 'CONNECTIONS_TABLE',
  attributesTable: 'ATTRIBUTES_TABLE',
  accountsTable: 'ACCOUNTS_TABLE',
  callbackUrl: 'CALLBACK_URL',
  greetUrl: 'GREET_URL',
  systemUrl: 'SYSTEM_URL',
  storageUrl: 'STORAGE_URL',
  bucket: 'ATTACHMENTS_BUCKET',
  publicUrl: 'PUBLIC_URL',
  pushUrl: 'PUSH_URL',
  announceUrl: 'ANNOUNCE_URL',
  credentialsUrl: 'CREDENTIALS_URL',
  functionsUrl: 'FUNCTIONS_URL',
  platformPrefix: 'PLATFORM_PREFIX',
  secretPrefix: 'SECRET_PREFIX',
} as const;

/** What an application's id looks like: a regular expression for the whole of it. */
export const APP_ID = '[a-zA-Z0-9_-]{1,64}';

/** What the names of a stage's secrets begin with; the id of the application whose keys they hold ends them. */
export const secretPrefix = (stage: string) => `macaw/${stage}/`;

/** Where attachments lie, both in their bucket and below the public URL. */
export const ATTACHMENTS = 'attachments';

/** Below that: images whose creation makes their thumbnails, all other files, and the thumbnails. */
export const IMAGES = `${ATTACHMENTS}/images/`;
export const FILES = `${ATTACHMENTS}/files/`;
export const THUMBNAILS = `${ATTACHMENTS}/thumbnails/`;

/**
 * How long the body of a form may be, in bytes. Lambda takes events of 6 MB, in which the body is encoded as base64,
 * and the rest is for the headers (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
 */
export const FORM_BYTES = 4_600_000;

/** What a client is told whose form is longer: by the edge, or by the function. */
export const FORM_TOO_LONG = `A form may have at most ${FORM_BYTES} bytes. For a larger file post {filename, contentType, size} as JSON, and upload it to where the answer says`;

/** Key attributes of every table (a table without a sort key uses the first only). */
export const PARTITION_KEY = 'pk';
export const SORT_KEY = 'sk';

/** The TTL attribute of every table that has one: epoch seconds, a number. */
export const EXPIRES = 'expires';

/** Sparse index over the connections whose clients wait for the server's ping. */
export const HEARTBEAT_INDEX = { name: 'heartbeat', shard: 'shard', due: 'due' } as const;

/** Index over all connections of an application, for what is said to everybody. */
export const EVERYBODY_INDEX = { name: 'everybody', shard: 'everybody' } as const;

/** How many partitions each index over connections is spread over. */
export const CONNECTION_SHARDS = 4;

/** Sparse index over the heads of users, groups and rooms, and over accounts: all of an application's, by creation. */
export const DIRECTORY_INDEX = { name: 'directory', partition: 'directory', created: 'ts' } as const;

/** Index from a member to the groups and rooms he is in; its sort key is their partition. */
export const MEMBERSHIP_INDEX = { name: 'memberships', member: 'member' } as const;

/** Sparse index over a user's contacts with strangers, by the time of the last. */
export const CONTACT_INDEX = { name: 'contacts', owner: 'contact', last: 'ts' } as const;
