/** Names that the infrastructure declares and the functions use; each stands here once. */

/** Environment variables of the functions. */
export const ENV = {
  coreTable: 'CORE_TABLE',
  messagesTable: 'MESSAGES_TABLE',
  connectionsTable: 'CONNECTIONS_TABLE',
  attributesTable: 'ATTRIBUTES_TABLE',
  accountsTable: 'ACCOUNTS_TABLE',
  callbackUrl: 'CALLBACK_URL',
  handshakeUrl: 'HANDSHAKE_URL',
  deliverUrl: 'DELIVER_URL',
  postsPerSecond: 'POSTS_PER_SECOND',
  postBurst: 'POST_BURST',
  filesUrl: 'FILES_URL',
  bucket: 'ATTACHMENTS_BUCKET',
  publicUrl: 'PUBLIC_URL',
  pushUrl: 'PUSH_URL',
  presenceOfflineUrl: 'PRESENCE_OFFLINE_URL',
  departuresQueue: 'DEPARTURES_QUEUE_URL',
  pushCredentialsUrl: 'PUSH_CREDENTIALS_URL',
  functionsUrl: 'FUNCTIONS_URL',
  platformPrefix: 'PLATFORM_PREFIX',
  retentionDays: 'RETENTION_DAYS',
  attachmentDays: 'ATTACHMENT_DAYS',
  secretPrefix: 'SECRET_PREFIX',
  smsPerDay: 'SMS_PER_DAY',
} as const;

/** What an application's id may be. */
export const APP_ID = /^[a-zA-Z0-9_-]{1,64}$/;

/** How many days each kind of conversation is kept, unless the deployment says otherwise; in the words of macaw.json. */
export const RETENTION_DAYS = { friend: 7, group: 7, stranger: 365, passenger: 365 } as const;

/** How many days attachments are kept, unless the deployment says otherwise; in the words of macaw.json. */
export const ATTACHMENT_DAYS = 7;

/** How many codes all applications of a stage send by SMS per day, unless the deployment says otherwise. */
export const SMS_PER_DAY = 1000;

/** Where CloudWatch keeps the metrics that the functions write, and how they are called there; docs/reference/metrics.md explains them. */
export const METRIC_NAMESPACE = 'Macaw';
export const METRIC = {
  logins: 'Logins',
  loginsRefused: 'LoginsRefused',
  loginsFailed: 'LoginsFailed',
  friendMessages: 'FriendMessages',
  groupMessages: 'GroupMessages',
  roomMessages: 'RoomMessages',
  visitorMessages: 'VisitorMessages',
  strangerMessages: 'StrangerMessages',
  systemMessages: 'SystemMessages',
  messagesRefused: 'MessagesRefused',
  messagesFailed: 'MessagesFailed',
  deliveryLatency: 'DeliveryLatency',
  fanOut: 'FanOut',
  postsGone: 'PostsGone',
  postsThrottled: 'PostsThrottled',
  postsFailed: 'PostsFailed',
  heartbeats: 'Heartbeats',
  pushesSent: 'PushesSent',
  pushesFailed: 'PushesFailed',
  smsSent: 'SmsSent',
  smsRefused: 'SmsRefused',
  tableThrottles: 'TableThrottles',
  certificateDaysLeft: 'PushCertificateDaysLeft',
} as const;

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

/** Index over connections by the moment, within an interval, at which the schedule has to attend to them. */
export const HEARTBEAT_INDEX = { name: 'heartbeat', shard: 'shard', due: 'due' } as const;

/** Index over all connections of an application, for what is said to everybody. */
export const EVERYBODY_INDEX = { name: 'everybody', shard: 'everybody' } as const;

/**
 * How many partitions the heartbeat index is spread over, for either kind of heartbeat. A connection is written there
 * when it comes and deleted when it goes, and a partition takes 1000 writes in a second: enough for millions, who come
 * back every two hours. Each costs half a read unit in every minute, also while nobody is there.
 */
export const HEARTBEAT_SHARDS = 4;

/** How many partitions the index over everybody is spread over: as many invocations can say something to everybody. */
export const EVERYBODY_SHARDS = 32;

/** Sparse index over the heads of users, groups and rooms, and over accounts: all of an application's, by creation. */
export const DIRECTORY_INDEX = { name: 'directory', partition: 'directory', created: 'ts' } as const;

/** Index from a member to the groups and rooms they are in; its sort key is their partition. */
export const MEMBERSHIP_INDEX = { name: 'memberships', member: 'member' } as const;

/** Sparse index over a user's contacts with strangers, by the time of the last. */
export const CONTACT_INDEX = { name: 'contacts', owner: 'contact', last: 'ts' } as const;

/** The header of a list that does not fit into one answer: how many entries to pass over to get the rest. */
export const NEXT_SKIP = 'x-macaw-next-skip';
