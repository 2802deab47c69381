/** Names that both the infrastructure and the functions use. */

/** Environment variables of the functions. */
export const ENV = {
  coreTable: 'CORE_TABLE',
  messagesTable: 'MESSAGES_TABLE',
  connectionsTable: 'CONNECTIONS_TABLE',
  attributesTable: 'ATTRIBUTES_TABLE',
  accountsTable: 'ACCOUNTS_TABLE',
  adminTable: 'ADMIN_TABLE',
  callbackUrl: 'CALLBACK_URL',
  handshakeUrl: 'HANDSHAKE_URL',
  messageUrl: 'MESSAGE_URL',
  disconnectUrl: 'DISCONNECT_URL',
  deliverUrl: 'DELIVER_URL',
  postsPerSecond: 'POSTS_PER_SECOND',
  postBurst: 'POST_BURST',
  filesUrl: 'FILES_URL',
  bucket: 'ATTACHMENTS_BUCKET',
  publicUrl: 'PUBLIC_URL',
  uploadsUrl: 'UPLOADS_URL',
  demoApp: 'DEMO_APP',
  pushUrl: 'PUSH_URL',
  presenceOfflineUrl: 'PRESENCE_OFFLINE_URL',
  departuresQueue: 'DEPARTURES_QUEUE_URL',
  failureQueue: 'FAILURE_QUEUE_URL',
  pushCredentialsUrl: 'PUSH_CREDENTIALS_URL',
  functionsUrl: 'FUNCTIONS_URL',
  statisticsUrl: 'STATISTICS_URL',
  userDeletionUrl: 'USER_DELETION_URL',
  logGroups: 'LOG_GROUPS',
  platformPrefix: 'PLATFORM_PREFIX',
  retentionDays: 'RETENTION_DAYS',
  attachmentDays: 'ATTACHMENT_DAYS',
  secretPrefix: 'SECRET_PREFIX',
  smsPerDay: 'SMS_PER_DAY',
  passwordCost: 'PASSWORD_COST',
  webhooks: 'WEBHOOKS',
  webhooksUrl: 'WEBHOOKS_URL',
  webhookRetries: 'WEBHOOK_RETRIES_QUEUE_URL',
  eventBus: 'EVENT_BUS',
  /** Set by the local cloud only: hosts of webhooks and login providers that may be private and have no certificate. */
  localHosts: 'LOCAL_HOSTS',
} as const;

/** The format of an application id. */
export const APP_ID = /^[a-zA-Z0-9_-]{1,64}$/;

/** Default retention of each kind of conversation in days, with the names of macaw.json. */
export const RETENTION_DAYS = { friend: 7, group: 7, stranger: 365, passenger: 365 } as const;

/** Retention of statistics and of the audit log in days. */
export const ADMIN_DAYS = 400;

/** Retention of flagged messages in days. */
export const FLAGGED_DAYS = 30;

/** Default retention of attachments in days. */
export const ATTACHMENT_DAYS = 7;

/** The maximum codes per day by SMS for all applications of a stage, unless the deployment sets another. */
export const SMS_PER_DAY = 1000;

/** The CloudWatch namespace and the names of the metrics. docs/reference/metrics.md explains them. */
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
  pollingSessions: 'PollingSessions',
  pollingUpgrades: 'PollingUpgrades',
  pollingRefused: 'PollingRefused',
  pushesSent: 'PushesSent',
  pushesFailed: 'PushesFailed',
  uploads: 'Uploads',
  smsSent: 'SmsSent',
  smsRefused: 'SmsRefused',
  tableThrottles: 'TableThrottles',
  certificateDaysLeft: 'PushCertificateDaysLeft',
  webhookEvents: 'WebhookEvents',
  webhooksFailed: 'WebhooksFailed',
} as const;

/** The prefix of the secret names of a stage. The application id follows. */
export const secretPrefix = (stage: string) => `macaw/${stage}/`;

/** The path of attachments, in their bucket and below the public URL. */
export const ATTACHMENTS = 'attachments';

/** Subfolders: images, whose creation triggers thumbnails; all other files; and the thumbnails. */
export const IMAGES = `${ATTACHMENTS}/images/`;
export const FILES = `${ATTACHMENTS}/files/`;
export const THUMBNAILS = `${ATTACHMENTS}/thumbnails/`;

/**
 * Maximum size of a form body in bytes. Lambda accepts events of 6 MB. The body is base64 in the event, and the rest is
 * for the headers (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
 */
export const FORM_BYTES = 4_600_000;

/** The error message for a longer form, from the edge or from the function. */
export const FORM_TOO_LONG = `The form is too large; at most ${FORM_BYTES} bytes are allowed. For a larger file, post {filename, contentType, size} as JSON and upload the file to the URL in the response`;

/** Key attributes of every table. A table without a sort key uses only the first. */
export const PARTITION_KEY = 'pk';
export const SORT_KEY = 'sk';

/** The TTL attribute of every table that has one: a number in epoch seconds. */
export const EXPIRES = 'expires';

/** Index of connections by the time within the heartbeat interval at which they are due. */
export const HEARTBEAT_INDEX = { name: 'heartbeat', shard: 'shard', due: 'due' } as const;

/** Index of all connections of an application, for events to all users. */
export const EVERYBODY_INDEX = { name: 'everybody', shard: 'everybody' } as const;

/**
 * Number of partitions of the heartbeat index for each kind of heartbeat. Each connection causes one write when it
 * opens and one when it closes. A partition supports 1000 writes per second, enough for millions of connections that
 * last two hours. Each partition costs half a read unit per minute, even without connections.
 */
export const HEARTBEAT_SHARDS = 4;

/** Number of partitions of the index of all connections, and so of parallel invocations for one event to all users. */
export const EVERYBODY_SHARDS = 32;

/** Sparse index of the heads of users, groups and rooms, and of accounts, by creation time within an application. */
export const DIRECTORY_INDEX = { name: 'directory', partition: 'directory', created: 'ts' } as const;

/** Index from a member to their groups and rooms. The sort key is the partition of the group or room. */
export const MEMBERSHIP_INDEX = { name: 'memberships', member: 'member' } as const;

/** Sparse index of a user's contacts with strangers, by the time of the last message. */
export const CONTACT_INDEX = { name: 'contacts', owner: 'contact', last: 'ts' } as const;

/** The response header of a partial list: the value of `_skip` that returns the rest. */
export const NEXT_SKIP = 'x-macaw-next-skip';
