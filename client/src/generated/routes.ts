// Generated from the schemas of the server by `npm run docs:client`. Do not edit.

/** A value in a query of a search. */
export type Scalar = string | number | boolean;

export interface Failure {
  errorCode: 5001 | 5002 | 5003 | 5004 | 5005 | 5006 | 5007 | 5008 | 5009 | 5010 | 5011 | 5012 | 5018;
  errorMessage: string;
}

export interface AccountFailure {
  code:
    | 1
    | 101
    | 107
    | 108
    | 116
    | 119
    | 125
    | 127
    | 155
    | 200
    | 201
    | 202
    | 203
    | 208
    | 209
    | 214
    | 251
    | 252
    | 253
    | 401
    | 601
    | 602
    | 603;
  error: string;
}

export interface User {
  attributes: Attributes;
  installs: string[]; // Installations that receive pushes for the user
  sessions: number; // Number of connected devices
  friends: string[];
  groups: string[];
  rooms: string[];
  ts: number; // Epoch milliseconds
}

export type Attributes = Record<string, unknown>;

export interface MadeFriendship {
  id: string;
  from: string;
  to: string;
  ts: number; // Epoch milliseconds
  ns: string; // The application
  pending?: boolean; // true: a request, which the other user has not answered
  expires?: number; // When the request expires, epoch milliseconds
}

export interface Friendship {
  id: string;
  from: string;
  to: string;
  ts: number; // Epoch milliseconds
  online: boolean; // Whether a device of the user is connected
}

export interface ContactDetail {
  id: string;
  online: boolean; // Whether a device of the user is connected
  recent?: Message;
}

export interface Message {
  id: string; // Message ids sort in the order of the history
  speaker: string;
  content?: {
    media: number; // 0 text, 1 image, 2 audio, 3 video, 4 custom, 5 location
    body: string; // The text, the URL of the media, or JSON text
  }; // Missing if the message was recalled
  ts: number; // Epoch milliseconds
  remark?: string;
  cid?: string; // The client's id for the message
  reply?: string; // The message that it answers
  mentions?: 'all' | string[]; // The receivers whom it mentions, or `all`
  edited?: number; // When the content last changed, epoch milliseconds
  recalled?: number; // When the message was recalled, epoch milliseconds
  reactions?: Record<string, string[]>; // The users who reacted, by reaction
  reacted?: number; // When the reactions last changed, epoch milliseconds
}

export interface Stranger {
  ts: number; // Epoch milliseconds
  online: boolean; // Whether a device of the user is connected
  recent?: Message;
}

export interface Group {
  id: string;
  attributes: Attributes;
  ts: number; // Epoch milliseconds
  members: string[]; // The list contains at most 1000 members
  owner?: string;
  admins?: string[];
}

export type Reads = {
  id: string;
  upTo: string; // The last message that they read
}[];

export interface GroupOfUser {
  id: string;
  attributes: Attributes;
  ts: number; // Epoch milliseconds
  members: string[]; // The list contains at most 1000 members
  owner?: string;
  admins?: string[];
  recent?: Message;
}

export interface Room {
  id: string;
  attributes: Attributes;
  ts: number; // Epoch milliseconds
  members: string[]; // The list contains at most 1000 members
}

export interface Accepted {
  id: string; // The id of the message
}

export interface FoundUser {
  id: string;
  online: boolean; // Whether a device of the user is connected
  ts: number; // Epoch milliseconds
  attributes: Attributes;
}

export interface FoundRoom {
  id: string;
  attributes: Attributes;
  ts: number; // Epoch milliseconds
  members?: string[]; // The list contains at most 1000 members
}

export interface Conversations {
  conversations: {
    id: string; // The other participant, or the group
    type: number; // 0 friend, 1 group, 3 visitor, 4 stranger
    last?: Message;
    unread: number; // Unread messages of others, exact up to 999
    mentioned?: boolean; // Whether an unread message mentions the user
    muted?: boolean; // true: only mentions are pushed
    pinned?: boolean; // true: shown first
    read?: string; // With `receipts`: the last message that the other participant has read, if both use receipts
  }[];
  cursor?: string; // For the next page. Missing on the last page
}

export interface Unread {
  unread: number; // Unread messages in all conversations
}

export interface Receipts {
  enabled: boolean;
}

export interface Sync {
  events: {
    event: string;
    data: unknown;
  }[]; // The events, oldest first, as a connected device receives them
  upTo: string; // The `since` of the next request
  complete: boolean; // Whether no message was left out
  conversations?: {
    id: string;
    type: number; // 0 friend, 1 group, 3 visitor, 4 stranger
  }[]; // The conversations of which messages were left out
}

export interface ChangedMessage {
  id: string; // The message
  ts: number; // When it last changed in this way, epoch milliseconds
  reactions?: Record<string, string[]>; // The users who reacted, by reaction
}

export interface Block {
  id: string;
  ts: number; // Epoch milliseconds
}

export interface RelationRequest {
  type: 0 | 1; // 0 a friendship, 1 an invitation to a group
  from: string; // The user who asks
  to: string; // The user who answers
  gid?: string; // The group
  ts: number; // Epoch milliseconds
  expires: number; // Epoch milliseconds
}

export interface ConversationSettings {
  muted: boolean; // Only mentions are pushed
  pinned: boolean; // The conversation comes first in lists
}

export interface UserPushSettings {
  preview?: boolean;
  quiet?: QuietHours | null;
}

export interface QuietHours {
  from: string;
  to: string;
  zone: string;
}

export interface Upload {
  method: 'PUT'; // Method of the upload
  url: string; // URL to which to send the file as the body
  headers: Record<string, string>; // Headers that the upload must have
  urls: string[]; // URL of the file and, for a JPEG, PNG, GIF or WebP, of its thumbnail
}

export interface Statistics {
  counted?: number; // Until when everything is counted, epoch milliseconds
  periods: {
    from: number; // The start of the hour or day (UTC), epoch ms
    messages: {
      friend: number;
      group: number;
      room: number;
      visitor: number;
      stranger: number;
      system: number;
    };
    activeUsers: number; // Users who logged in, sent an event or a heartbeat
    newUsers: number; // Users who were created
    logins: number; // Logins on the socket, reconnects included
    peakConnections: number; // The most connections at the same time that lasted four minutes
    pushes: number; // Pushes that the push services accepted
    uploads: number; // Uploads that were permitted
  }[];
}

export interface StatisticsNow {
  connections: number;
}

export interface Settings {
  settings: {
    name: string;
    value: unknown;
    isDefault: boolean;
  }[]; // Settings that have a value. Secrets are hidden
  schema: Record<string, unknown>; // JSON Schema of all settings
}

export interface AuditLog {
  entries: {
    id: string;
    time: number; // Epoch milliseconds
    action:
      | 'account.change'
      | 'account.delete'
      | 'admin.add'
      | 'admin.remove'
      | 'attributes.delete'
      | 'conversation.read'
      | 'flagged.dismiss'
      | 'flagged.read'
      | 'group.delete'
      | 'history.erase'
      | 'member.mute'
      | 'member.unmute'
      | 'message.broadcast'
      | 'message.edit'
      | 'message.react'
      | 'message.recall'
      | 'push.credentials'
      | 'push.test'
      | 'room.delete'
      | 'session.end'
      | 'settings.change'
      | 'token.mint'
      | 'user.ban'
      | 'user.delete'
      | 'user.disconnect'
      | 'user.unban'
      | 'webhook.change'
      | 'words.change';
    object: string; // What it was about
    address?: string; // The network address of the request
  }[];
  cursor?: string; // For the next page. Missing on the last page
}

export interface Devices {
  connections: {
    id: string;
    opened?: number; // When it was opened, epoch milliseconds
    background: boolean; // Whether the app is in the background
  }[]; // Open connections
  installations: {
    id: string;
    deviceType?: 'android' | 'ios';
    environment?: 'production' | 'sandbox';
    badge: number;
    pushable: boolean; // Whether the push service knows its device token
    created: number; // Epoch milliseconds
    updated?: number; // Epoch milliseconds
  }[]; // Installations that receive pushes for the user
}

export interface Webhook {
  id: string;
  url?: string; // The address, with https. Without it, the event bus of the deployment
  events: (
    | 'friend.added'
    | 'friend.removed'
    | 'member.joined'
    | 'member.left'
    | 'message.edited'
    | 'message.reacted'
    | 'message.read'
    | 'message.recalled'
    | 'message.sent'
    | 'presence.offline'
    | 'presence.online'
    | 'push.failed'
  )[]; // Events that it receives after they happened
  before: ('befriend' | 'join' | 'login' | 'message')[]; // What it decides on before it happens
  onFailure: 'allow' | 'refuse'; // What happens if it does not decide within 800 ms
  enabled: boolean; // Whether it is used
  created?: number; // Epoch milliseconds
  failures: {
    ts: number;
    error: string;
    events: number;
    attempt: number;
  }[]; // Up to ten recent requests that failed, the latest first
}

export interface NewWebhook {
  id: string;
  url?: string; // The address, with https. Without it, the event bus of the deployment
  events: (
    | 'friend.added'
    | 'friend.removed'
    | 'member.joined'
    | 'member.left'
    | 'message.edited'
    | 'message.reacted'
    | 'message.read'
    | 'message.recalled'
    | 'message.sent'
    | 'presence.offline'
    | 'presence.online'
    | 'push.failed'
  )[]; // Events that it receives after they happened
  before: ('befriend' | 'join' | 'login' | 'message')[]; // What it decides on before it happens
  onFailure: 'allow' | 'refuse'; // What happens if it does not decide within 800 ms
  enabled: boolean; // Whether it is used
  created?: number; // Epoch milliseconds
  failures: {
    ts: number;
    error: string;
    events: number;
    attempt: number;
  }[]; // Up to ten recent requests that failed, the latest first
  secret: string; // Signs the requests. It is shown only once
}

export interface WebhookSecret {
  secret: string; // Signs the requests. It is shown only once
  previousUntil: number; // Until when requests are also signed with the old secret, epoch ms
}

export interface WebhookTest {
  success: boolean;
  ms: number; // How long it took
  error?: string;
}

export interface Disconnected {
  connections: number; // How many were closed
}

export interface Ban {
  banned: boolean;
  since?: number; // Epoch milliseconds
  until?: number; // Epoch milliseconds. Missing if the ban is permanent
  reason?: string;
}

export type Mutes = {
  id: string;
  until: number; // Epoch milliseconds
}[];

export interface UserDeletion {
  state: 'done' | 'running';
  step?: 'access' | 'communities' | 'conversations' | 'messages' | 'profile' | 'relations' | 'rooms'; // The step in progress
  messages: 'anonymise' | 'delete';
  started: number; // Epoch milliseconds
  updated: number; // Epoch milliseconds
  finished?: number; // Epoch milliseconds
  counts: {
    messages: number; // Messages in groups that were deleted or anonymised
    conversations: number; // Conversations with friends, strangers and visitors that were erased
    groups: number; // Groups that the user left
    rooms: number; // Rooms that the user left
  };
}

export interface BannedWords {
  words: {
    word: string;
    action: 'flag' | 'mask' | 'refuse'; // refuse: the message is refused. mask: asterisks replace the word. flag: the message is listed
  }[];
}

export interface FlaggedMessages {
  messages: {
    id: string; // The id of the message
    ts: number; // Epoch milliseconds
    speaker: {
      id: string;
      kind: 'user' | 'visitor';
    };
    to: {
      id: string;
      type: number; // 0 friend, 1 group, 2 room, 3 visitor, 4 stranger
    };
    body: string; // A copy of the text
    words: string[]; // The banned words in it
  }[];
  cursor?: string; // For the next page. Missing on the last page
}

export interface Failures {
  failures: {
    id: string;
    time: number; // The last attempt, epoch milliseconds
    function: string; // The name of the function
    attempts: number;
    error: string;
  }[]; // The latest first
  more: boolean; // Whether only 100 failures of the stage were read
}

export interface AccountSession {
  objectId: string; // Id of the account and of its chat user
  username?: string;
  email?: string;
  emailVerified?: boolean;
  mobilePhone?: string;
  mobilePhoneVerified?: boolean;
  authData?: Record<
    string,
    {
      id: string;
    }
  >; // User ids of the third-party logins, by platform
  createdAt: string;
  updatedAt: string;
  sessionToken: string; // Value for X-ML-Session-Token, valid for 30 days
  [name: string]: unknown;
}

export interface Account {
  objectId: string; // Id of the account and of its chat user
  username?: string;
  email?: string;
  emailVerified?: boolean;
  mobilePhone?: string;
  mobilePhoneVerified?: boolean;
  authData?: Record<
    string,
    {
      id: string;
    }
  >; // User ids of the third-party logins, by platform
  createdAt: string;
  updatedAt: string;
  [name: string]: unknown;
}

export type Done = Record<string, never>;

export interface Session {
  id: string; // No secret: a hash of the token
  created?: number; // Creation, epoch milliseconds. Missing in old sessions
  used?: number; // Last login on the socket with the token, epoch milliseconds. Missing before the first one
  expires: number; // Epoch milliseconds
  current: boolean; // Whether the request has its token
  device?: 'android' | 'ios'; // The device type of the installation that logged in
}

export interface Token {
  token: string; // For X-ML-Session-Token, and auth.sessionToken
  id: string;
  expires: number; // Epoch milliseconds
}

export interface CreatedInstallation {
  objectId: string;
  createdAt: string;
}

export interface UpdatedInstallation {
  updatedAt: string;
}

export interface Installation {
  objectId: string;
  installationId: string;
  deviceType?: 'android' | 'ios';
  environment?: 'production' | 'sandbox';
  deviceToken?: string;
  badge?: number;
  createdAt: string;
  updatedAt: string;
}

export interface PushCredential {
  platform: 'apns' | 'apns_sandbox' | 'fcm'; // Apple push service for apps in the store or in development, or the push service of Google
  kind: 'certificate' | 'key' | 'service account';
  bundle?: string;
  expires?: string;
}

export interface PushSettings {
  template?: string;
  nameAttribute?: string;
  media?: {
    image?: string;
    audio?: string;
    video?: string;
    custom?: string;
    location?: string;
  };
  recalled?: string;
  hidden?: string;
  unreadBadge?: boolean;
}

export interface PushTest {
  results: {
    installation: string;
    outcome: 'disabled' | 'failed' | 'sent' | 'unregistered'; // disabled: the push service rejected the device token. unregistered: no device token is registered. failed: see the message
    message?: string;
  }[];
}

export interface Routes {
  /** Read a user */
  'GET /ctx/:id': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: User;
  };
  /** Read a user (for the JavaScript client) */
  'POST /ctx/:id': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: User;
  };
  /** Delete a user with all data. Continues an interrupted deletion */
  'DELETE /ctx/:id': {
    params: {
      id: string;
    };
    query: {
      messages?: 'anonymise' | 'delete';
    };
    body: undefined;
    response: UserDeletion;
  };
  /** Log out on a device, and stop its pushes for the user */
  'DELETE /ctx/:id/installs/:installId': {
    params: {
      id: string;
      installId: string;
    };
    query: undefined;
    body: undefined;
    response: undefined;
  };
  /** Make two users friends, or ask for it */
  'POST /ctx/:id/friends/:fid': {
    params: {
      id: string;
      fid: string;
    };
    query: undefined;
    body: undefined;
    response: MadeFriendship;
  };
  /** Read one friendship */
  'GET /ctx/:id/friends/:fid': {
    params: {
      id: string;
      fid: string;
    };
    query: undefined;
    body: undefined;
    response: Friendship;
  };
  /** End a friendship on both sides */
  'DELETE /ctx/:id/friends/:fid': {
    params: {
      id: string;
      fid: string;
    };
    query: undefined;
    body: undefined;
    response: undefined;
  };
  /** Make a user friends with several users, or ask for it */
  'POST /ctx/:id/friends': {
    params: {
      id: string;
    };
    query: undefined;
    body: string[];
    response: MadeFriendship[];
  };
  /** List the friends of a user */
  'GET /ctx/:id/friends': {
    params: {
      id: string;
    };
    query: {
      detail?: boolean;
      skip?: number;
      limit?: number;
    };
    body: undefined;
    response: string[] | ContactDetail[];
  };
  /** Read the history with a friend */
  'GET /ctx/:id/friends/:fid/chats': {
    params: {
      id: string;
      fid: string;
    };
    query: {
      ts?: number;
      before?: string;
      after?: string;
      limit?: number;
    };
    body: undefined;
    response: Message[];
  };
  /** Read one message of the history with a friend */
  'GET /ctx/:id/friends/:fid/chats/:messageId': {
    params: {
      id: string;
      fid: string;
      messageId: string;
    };
    query: undefined;
    body: undefined;
    response: Message;
  };
  /** List the strangers that a user had contact with, latest first */
  'GET /ctx/:id/strangers': {
    params: {
      id: string;
    };
    query: {
      detail?: boolean;
      skip?: number;
      limit?: number;
      ids?: string[];
    };
    body: undefined;
    response: string[] | ContactDetail[];
  };
  /** Read the contact with one stranger */
  'GET /ctx/:id/strangers/:sid': {
    params: {
      id: string;
      sid: string;
    };
    query: undefined;
    body: undefined;
    response: Stranger;
  };
  /** Read the history with a stranger */
  'GET /ctx/:id/strangers/:sid/chats': {
    params: {
      id: string;
      sid: string;
    };
    query: {
      ts?: number;
      before?: string;
      after?: string;
      limit?: number;
    };
    body: undefined;
    response: Message[];
  };
  /** Read one message of the history with a stranger */
  'GET /ctx/:id/strangers/:sid/chats/:messageId': {
    params: {
      id: string;
      sid: string;
      messageId: string;
    };
    query: undefined;
    body: undefined;
    response: Message;
  };
  /** Read a group */
  'GET /groups/:id': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: Group;
  };
  /** Read a group (for the JavaScript client) */
  'POST /groups/:id': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: Group;
  };
  /** Delete a group */
  'DELETE /groups/:id': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: undefined;
  };
  /** Change the owner of a group, its members, or both; the owner is always a member */
  'PUT /groups/:id': {
    params: {
      id: string;
    };
    query: undefined;
    body: {
      owner?: string; // The user
      members?: string[]; // Ids. Nested lists are flattened
    };
    response: Group;
  };
  /** Add members to a group */
  'POST /groups/:id/members': {
    params: {
      id: string;
    };
    query: undefined;
    body: {
      members: string[]; // Ids. Nested lists are flattened
    };
    response: Group;
  };
  /** Remove members from a group */
  'DELETE /groups/:id/members': {
    params: {
      id: string;
    };
    query: undefined;
    body: {
      members: string[]; // Ids. Nested lists are flattened
    };
    response: undefined;
  };
  /** Add one member to a group */
  'POST /groups/:id/members/:uid': {
    params: {
      id: string;
      uid: string;
    };
    query: undefined;
    body: undefined;
    response: Group;
  };
  /** Remove one member from a group */
  'DELETE /groups/:id/members/:uid': {
    params: {
      id: string;
      uid: string;
    };
    query: undefined;
    body: undefined;
    response: undefined;
  };
  /** Create a group; its owner becomes a member */
  'POST /groups': {
    params: undefined;
    query: undefined;
    body: {
      owner: string; // The user
      members?: string[]; // Ids. Nested lists are flattened
      name?: string | null;
    };
    response: string;
  };
  /** Search groups by their attributes */
  'GET /groups': {
    params: undefined;
    query: {
      [attribute: string]: Scalar | Scalar[] | undefined;
      _sort?: string;
      _skip?: number;
      _limit?: number;
    };
    body: undefined;
    response: Group[];
  };
  /** Read the history of a group */
  'GET /groups/:id/chats': {
    params: {
      id: string;
    };
    query: {
      ts?: number;
      before?: string;
      after?: string;
      limit?: number;
    };
    body: undefined;
    response: Message[];
  };
  /** Erase the history of a group */
  'DELETE /groups/:id/chats': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: undefined;
  };
  /** Read one message of the history of a group */
  'GET /groups/:id/chats/:messageId': {
    params: {
      id: string;
      messageId: string;
    };
    query: undefined;
    body: undefined;
    response: Message;
  };
  /** List how far the members of a group have read, as far as they send read receipts */
  'GET /groups/:id/reads': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: Reads;
  };
  /** List the groups of a user */
  'GET /ctx/:id/groups': {
    params: {
      id: string;
    };
    query: {
      detail?: boolean;
      skip?: number;
      limit?: number;
    };
    body: undefined;
    response: string[] | GroupOfUser[];
  };
  /** Read a room */
  'GET /rooms/:id': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: Room;
  };
  /** Read a room (for the JavaScript client) */
  'POST /rooms/:id': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: Room;
  };
  /** Delete a room */
  'DELETE /rooms/:id': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: undefined;
  };
  /** Add members to a room */
  'POST /rooms/:id/members': {
    params: {
      id: string;
    };
    query: undefined;
    body: {
      members: string[]; // Ids. Nested lists are flattened
    };
    response: Room;
  };
  /** Remove members from a room */
  'DELETE /rooms/:id/members': {
    params: {
      id: string;
    };
    query: undefined;
    body: {
      members: string[]; // Ids. Nested lists are flattened
    };
    response: undefined;
  };
  /** Add one member to a room */
  'POST /rooms/:id/members/:uid': {
    params: {
      id: string;
      uid: string;
    };
    query: undefined;
    body: undefined;
    response: Room;
  };
  /** Remove one member from a room */
  'DELETE /rooms/:id/members/:uid': {
    params: {
      id: string;
      uid: string;
    };
    query: undefined;
    body: undefined;
    response: undefined;
  };
  /** Create a room */
  'POST /rooms': {
    params: undefined;
    query: undefined;
    body: {
      members?: string[]; // Ids. Nested lists are flattened
      name?: string | null;
    };
    response: string;
  };
  /** Search rooms by their attributes */
  'GET /rooms': {
    params: undefined;
    query: {
      [attribute: string]: Scalar | Scalar[] | undefined;
      _sort?: string;
      _skip?: number;
      _limit?: number;
    };
    body: undefined;
    response: FoundRoom[];
  };
  /** List the rooms of a user */
  'GET /ctx/:id/rooms': {
    params: {
      id: string;
    };
    query: {
      detail?: boolean;
      skip?: number;
      limit?: number;
    };
    body: undefined;
    response: string[] | Room[];
  };
  /** Create a visitor, or update the attributes of the visitor with the id in the body */
  'POST /passengers': {
    params: undefined;
    query: undefined;
    body: Record<string, unknown>;
    response: string;
  };
  /** Read the attributes of a visitor */
  'GET /passengers/:id': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: Attributes;
  };
  /** Read the attributes of a visitor (for the JavaScript client) */
  'POST /passengers/:id': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: Attributes;
  };
  /** Read the history of a visitor with a user */
  'GET /passengers/:id/chats/:uid': {
    params: {
      id: string;
      uid: string;
    };
    query: {
      ts?: number;
      before?: string;
      after?: string;
      limit?: number;
    };
    body: undefined;
    response: Message[];
  };
  /** Read one message of the history of a visitor with a user */
  'GET /passengers/:id/chats/:uid/:messageId': {
    params: {
      id: string;
      uid: string;
      messageId: string;
    };
    query: undefined;
    body: undefined;
    response: Message;
  };
  /** Send a message to everyone who is online */
  'POST /system': {
    params: undefined;
    query: undefined;
    body: {
      content: {
        media?: number;
        body: string;
      };
      remark?: string | null;
      push?: {
        enable?: boolean | null;
        sound?: string | null;
        prefix?: string | null;
        suffix?: string | null;
        overwrite?: string | null;
        badge?: number | null;
        contentAvailable?: boolean | null;
        channelId?: string | null;
      } | null;
    };
    response: Accepted;
  };
  /** Send a message to a user, a group or a room */
  'POST /system/:id': {
    params: {
      id: string;
    };
    query: {
      group?: boolean;
      room?: boolean;
    };
    body: {
      content: {
        media?: number;
        body: string;
      };
      remark?: string | null;
      push?: {
        enable?: boolean | null;
        sound?: string | null;
        prefix?: string | null;
        suffix?: string | null;
        overwrite?: string | null;
        badge?: number | null;
        contentAvailable?: boolean | null;
        channelId?: string | null;
      } | null;
    };
    response: Accepted;
  };
  /** Read the attributes of a user */
  'GET /ctx/:id/attributes': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: Attributes;
  };
  /** Set some attributes of a user */
  'POST /ctx/:id/attributes': {
    params: {
      id: string;
    };
    query: undefined;
    body: Record<string, unknown>;
    response: Attributes;
  };
  /** Set the attributes of a user and remove all others */
  'PUT /ctx/:id/attributes': {
    params: {
      id: string;
    };
    query: undefined;
    body: Record<string, unknown>;
    response: Attributes;
  };
  /** Remove all attributes of a user */
  'DELETE /ctx/:id/attributes': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: undefined;
  };
  /** Read one attribute of a user */
  'GET /ctx/:id/attributes/:name': {
    params: {
      id: string;
      name: string;
    };
    query: undefined;
    body: undefined;
    response: unknown;
  };
  /** Read the attributes of a group */
  'GET /groups/:id/attributes': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: Attributes;
  };
  /** Set some attributes of a group */
  'POST /groups/:id/attributes': {
    params: {
      id: string;
    };
    query: undefined;
    body: Record<string, unknown>;
    response: Attributes;
  };
  /** Set the attributes of a group and remove all others */
  'PUT /groups/:id/attributes': {
    params: {
      id: string;
    };
    query: undefined;
    body: Record<string, unknown>;
    response: Attributes;
  };
  /** Remove all attributes of a group */
  'DELETE /groups/:id/attributes': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: undefined;
  };
  /** Read one attribute of a group */
  'GET /groups/:id/attributes/:name': {
    params: {
      id: string;
      name: string;
    };
    query: undefined;
    body: undefined;
    response: unknown;
  };
  /** Read the attributes of a room */
  'GET /rooms/:id/attributes': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: Attributes;
  };
  /** Set some attributes of a room */
  'POST /rooms/:id/attributes': {
    params: {
      id: string;
    };
    query: undefined;
    body: Record<string, unknown>;
    response: Attributes;
  };
  /** Set the attributes of a room and remove all others */
  'PUT /rooms/:id/attributes': {
    params: {
      id: string;
    };
    query: undefined;
    body: Record<string, unknown>;
    response: Attributes;
  };
  /** Remove all attributes of a room */
  'DELETE /rooms/:id/attributes': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: undefined;
  };
  /** Read one attribute of a room */
  'GET /rooms/:id/attributes/:name': {
    params: {
      id: string;
      name: string;
    };
    query: undefined;
    body: undefined;
    response: unknown;
  };
  /** Search users by their attributes */
  'GET /ctx': {
    params: undefined;
    query: {
      [attribute: string]: Scalar | Scalar[] | undefined;
      _sort?: string;
      _skip?: number;
      _limit?: number;
    };
    body: undefined;
    response: FoundUser[];
  };
  /** List the conversations of a user that have messages, newest first; the first page has all pinned ones */
  'GET /ctx/:id/conversations': {
    params: {
      id: string;
    };
    query: {
      limit?: number;
      cursor?: string;
      receipts?: boolean;
    };
    body: undefined;
    response: Conversations;
  };
  /** Count the unread messages of a user */
  'GET /ctx/:id/unread': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: Unread;
  };
  /** Mark a conversation as read up to a message */
  'PUT /ctx/:id/conversations/:type/:peer/read': {
    params: {
      id: string;
      type: 'friend' | 'group' | 'stranger' | 'visitor';
      peer: string;
    };
    query: undefined;
    body: {
      upTo: string;
    };
    response: undefined;
  };
  /** Set whether a user sends and gets read receipts */
  'PUT /ctx/:id/receipts': {
    params: {
      id: string;
    };
    query: undefined;
    body: Receipts;
    response: undefined;
  };
  /** Read the messages that a user missed, as events */
  'GET /ctx/:id/sync': {
    params: {
      id: string;
    };
    query: {
      since: string;
    };
    body: undefined;
    response: Sync;
  };
  /** Edit a message */
  'PUT /ctx/:id/conversations/:type/:peer/messages/:messageId': {
    params: {
      id: string;
      type: 'friend' | 'group' | 'stranger' | 'visitor';
      peer: string;
      messageId: string;
    };
    query: undefined;
    body: {
      content: {
        media?: number;
        body: string;
      };
    };
    response: ChangedMessage;
  };
  /** Recall a message: its content is deleted for all */
  'DELETE /ctx/:id/conversations/:type/:peer/messages/:messageId': {
    params: {
      id: string;
      type: 'friend' | 'group' | 'stranger' | 'visitor';
      peer: string;
      messageId: string;
    };
    query: undefined;
    body: undefined;
    response: ChangedMessage;
  };
  /** Add a reaction of the user to a message */
  'PUT /ctx/:id/conversations/:type/:peer/messages/:messageId/reactions/:reaction': {
    params: {
      id: string;
      type: 'friend' | 'group' | 'stranger' | 'visitor';
      peer: string;
      messageId: string;
      reaction: string;
    };
    query: undefined;
    body: undefined;
    response: ChangedMessage;
  };
  /** Remove a reaction of the user to a message */
  'DELETE /ctx/:id/conversations/:type/:peer/messages/:messageId/reactions/:reaction': {
    params: {
      id: string;
      type: 'friend' | 'group' | 'stranger' | 'visitor';
      peer: string;
      messageId: string;
      reaction: string;
    };
    query: undefined;
    body: undefined;
    response: ChangedMessage;
  };
  /** List the users whom a user blocks */
  'GET /ctx/:id/blocks': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: Block[];
  };
  /** Block a user: they cannot write to this user, befriend them, or see their presence */
  'PUT /ctx/:id/blocks/:uid': {
    params: {
      id: string;
      uid: string;
    };
    query: undefined;
    body: undefined;
    response: undefined;
  };
  /** End a block */
  'DELETE /ctx/:id/blocks/:uid': {
    params: {
      id: string;
      uid: string;
    };
    query: undefined;
    body: undefined;
    response: undefined;
  };
  /** List the open requests for friendships and invitations to groups, newest first */
  'GET /ctx/:id/requests': {
    params: {
      id: string;
    };
    query: {
      sent?: boolean;
    };
    body: undefined;
    response: RelationRequest[];
  };
  /** Accept or decline a request for a friendship, or an invitation */
  'PUT /ctx/:id/requests/:type/:peer': {
    params: {
      id: string;
      type: 'friend' | 'group';
      peer: string;
    };
    query: undefined;
    body: {
      accept: boolean;
    };
    response: undefined;
  };
  /** Cancel a request for a friendship that the user sent */
  'DELETE /ctx/:id/requests/:uid': {
    params: {
      id: string;
      uid: string;
    };
    query: undefined;
    body: undefined;
    response: undefined;
  };
  /** List the open invitations to a group, newest first */
  'GET /groups/:id/invitations': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: RelationRequest[];
  };
  /** Cancel an invitation to a group */
  'DELETE /groups/:id/invitations/:uid': {
    params: {
      id: string;
      uid: string;
    };
    query: undefined;
    body: undefined;
    response: undefined;
  };
  /** Read the settings of a conversation */
  'GET /ctx/:id/conversations/:type/:peer/settings': {
    params: {
      id: string;
      type: 'friend' | 'group' | 'stranger' | 'visitor';
      peer: string;
    };
    query: undefined;
    body: undefined;
    response: ConversationSettings;
  };
  /** Mute or pin a conversation; a missing setting does not change */
  'PUT /ctx/:id/conversations/:type/:peer/settings': {
    params: {
      id: string;
      type: 'friend' | 'group' | 'stranger' | 'visitor';
      peer: string;
    };
    query: undefined;
    body: {
      muted?: boolean; // Only mentions are pushed
      pinned?: boolean; // The conversation comes first in lists
    };
    response: ConversationSettings;
  };
  /** Read the push settings of a user */
  'GET /ctx/:id/push-settings': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: UserPushSettings;
  };
  /** Replace the push settings of a user: previews, and hours without pushes */
  'PUT /ctx/:id/push-settings': {
    params: {
      id: string;
    };
    query: undefined;
    body: UserPushSettings;
    response: undefined;
  };
  /** Prepare the upload of a file, or upload a file as a form */
  'POST /attachment': {
    params: undefined;
    query: undefined;
    body: {
      filename: string; // File name for downloads
      contentType: string; // Media type
      size: number; // Size in bytes
    };
    response: Upload | string[];
  };
  /** Read how much the application is used, by hour or day (UTC); at most five minutes old */
  'GET /statistics': {
    params: undefined;
    query: {
      from?: number;
      to?: number;
      by?: 'day' | 'hour';
    };
    body: undefined;
    response: Statistics;
  };
  /** Count the open connections of the application */
  'GET /statistics/now': {
    params: undefined;
    query: undefined;
    body: undefined;
    response: StatisticsNow;
  };
  /** Read the settings of the application */
  'GET /settings': {
    params: undefined;
    query: undefined;
    body: undefined;
    response: Settings;
  };
  /** Change settings of the application; effective everywhere within a minute */
  'PATCH /settings': {
    params: undefined;
    query: undefined;
    body: Record<string, unknown>;
    response: Settings;
  };
  /** List what was done with the master key, the latest first; kept for 400 days */
  'GET /audit': {
    params: undefined;
    query: {
      limit?: number;
      cursor?: string;
    };
    body: undefined;
    response: AuditLog;
  };
  /** List the connections and installations of a user */
  'GET /ctx/:id/devices': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: Devices;
  };
  /** List the webhooks of the application and their recent failures */
  'GET /webhooks': {
    params: undefined;
    query: undefined;
    body: undefined;
    response: Webhook[];
  };
  /** Add a webhook; effective everywhere within a minute */
  'POST /webhooks': {
    params: undefined;
    query: undefined;
    body: {
      url?: string; // The address, with https. Without it, the event bus of the deployment
      events?: (
        | 'friend.added'
        | 'friend.removed'
        | 'member.joined'
        | 'member.left'
        | 'message.edited'
        | 'message.reacted'
        | 'message.read'
        | 'message.recalled'
        | 'message.sent'
        | 'presence.offline'
        | 'presence.online'
        | 'push.failed'
      )[]; // Events that it receives after they happened
      before?: ('befriend' | 'join' | 'login' | 'message')[]; // What it decides on before it happens
      onFailure?: 'allow' | 'refuse'; // What happens if it does not decide within 800 ms
      secret?: string; // A secret of your own: whsec_ and 24 to 64 bytes in base64
    };
    response: NewWebhook;
  };
  /** Change a webhook; effective everywhere within a minute */
  'PATCH /webhooks/:id': {
    params: {
      id: string;
    };
    query: undefined;
    body: {
      url?: string; // The address, with https. Without it, the event bus of the deployment
      events?: (
        | 'friend.added'
        | 'friend.removed'
        | 'member.joined'
        | 'member.left'
        | 'message.edited'
        | 'message.reacted'
        | 'message.read'
        | 'message.recalled'
        | 'message.sent'
        | 'presence.offline'
        | 'presence.online'
        | 'push.failed'
      )[]; // Events that it receives after they happened
      before?: ('befriend' | 'join' | 'login' | 'message')[]; // What it decides on before it happens
      onFailure?: 'allow' | 'refuse'; // What happens if it does not decide within 800 ms
      enabled?: boolean; // Whether it is used
    };
    response: Webhook;
  };
  /** Remove a webhook; events that it did not accept are lost */
  'DELETE /webhooks/:id': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: undefined;
  };
  /** Replace the secret of a webhook; for a day, requests are also signed with the old one */
  'POST /webhooks/:id/secret': {
    params: {
      id: string;
    };
    query: undefined;
    body: {
      secret?: string; // A secret of your own: whsec_ and 24 to 64 bytes in base64
    };
    response: WebhookSecret;
  };
  /** Send the event webhook.test to a webhook, and report its answer */
  'POST /webhooks/:id/test': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: WebhookTest;
  };
  /** Disconnect all devices of a user; their tokens stay valid */
  'DELETE /ctx/:id/sessions': {
    params: {
      id: string;
    };
    query: {
      message?: string;
    };
    body: undefined;
    response: Disconnected;
  };
  /** Disconnect one device of a user; its token stays valid */
  'DELETE /ctx/:id/sessions/:connection': {
    params: {
      id: string;
      connection: string;
    };
    query: {
      message?: string;
    };
    body: undefined;
    response: Disconnected;
  };
  /** Read whether a user is banned */
  'GET /ctx/:id/ban': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: Ban;
  };
  /** Ban a user: ends all sessions, closes all connections, and refuses logins and tokens */
  'PUT /ctx/:id/ban': {
    params: {
      id: string;
    };
    query: undefined;
    body: {
      until?: number; // The end of the ban. Default: it is permanent, epoch milliseconds
      reason?: string; // For the user
    };
    response: Ban;
  };
  /** Lift the ban of a user, who must log in again */
  'DELETE /ctx/:id/ban': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: undefined;
  };
  /** List the admins of a group */
  'GET /groups/:id/admins': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: string[];
  };
  /** Make a member an admin: they can remove and mute members */
  'PUT /groups/:id/admins/:uid': {
    params: {
      id: string;
      uid: string;
    };
    query: undefined;
    body: undefined;
    response: undefined;
  };
  /** Make an admin an ordinary member again */
  'DELETE /groups/:id/admins/:uid': {
    params: {
      id: string;
      uid: string;
    };
    query: undefined;
    body: undefined;
    response: undefined;
  };
  /** List who is muted in a group */
  'GET /groups/:id/mutes': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: Mutes;
  };
  /** Mute a user in a group until a time, also when they leave and join again */
  'PUT /groups/:id/mutes/:uid': {
    params: {
      id: string;
      uid: string;
    };
    query: undefined;
    body: {
      until: number; // The end of the mute, epoch milliseconds
    };
    response: undefined;
  };
  /** Lift the mute of a user in a group */
  'DELETE /groups/:id/mutes/:uid': {
    params: {
      id: string;
      uid: string;
    };
    query: undefined;
    body: undefined;
    response: undefined;
  };
  /** List who is muted in a room */
  'GET /rooms/:id/mutes': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: Mutes;
  };
  /** Mute a user in a room until a time, also when they leave and join again */
  'PUT /rooms/:id/mutes/:uid': {
    params: {
      id: string;
      uid: string;
    };
    query: undefined;
    body: {
      until: number; // The end of the mute, epoch milliseconds
    };
    response: undefined;
  };
  /** Lift the mute of a user in a room */
  'DELETE /rooms/:id/mutes/:uid': {
    params: {
      id: string;
      uid: string;
    };
    query: undefined;
    body: undefined;
    response: undefined;
  };
  /** Read how far the deletion of a user is; kept for 400 days */
  'GET /ctx/:id/deletion': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: UserDeletion;
  };
  /** List the banned words of the application */
  'GET /words': {
    params: undefined;
    query: undefined;
    body: undefined;
    response: BannedWords;
  };
  /** Replace the banned words of the application; effective everywhere within a minute */
  'PUT /words': {
    params: undefined;
    query: undefined;
    body: BannedWords;
    response: BannedWords;
  };
  /** List the messages with flagged words, the latest first; kept for 30 days */
  'GET /flagged': {
    params: undefined;
    query: {
      limit?: number;
      cursor?: string;
    };
    body: undefined;
    response: FlaggedMessages;
  };
  /** Remove a message from the list of flagged messages; the message stays */
  'DELETE /flagged/:messageId': {
    params: {
      messageId: string;
    };
    query: undefined;
    body: undefined;
    response: undefined;
  };
  /** List the asynchronous work of the application that failed permanently and waits in the failure queue */
  'GET /failures': {
    params: undefined;
    query: undefined;
    body: undefined;
    response: Failures;
  };
  /** Register and log in, or log in through a third party with authData */
  'POST /2.0/users': {
    params: undefined;
    query: undefined;
    body: {
      username?: string; // Login name, not case-sensitive
      password?: string; // The password
      email?: string; // Email address. The server sends no email
      mobilePhone?: string; // Phone number with country code, or a national number of the country in the settings
      smsCode?: string; // Code from the SMS
      authData?: Record<string, Record<string, unknown>>; // Third-party login in place of a username. The server verifies it
      [name: string]: unknown;
    };
    response: AccountSession;
  };
  /** List all accounts by creation time (master key) */
  'GET /2.0/users': {
    params: undefined;
    query: {
      skip?: number;
      limit?: number;
    };
    body: undefined;
    response: {
      results: Account[];
    };
  };
  /** Read an account */
  'GET /2.0/users/:id': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: Account;
  };
  /** Change fields of an account; null removes an email or mobilePhone */
  'PUT /2.0/users/:id': {
    params: {
      id: string;
    };
    query: undefined;
    body: {
      username?: string; // Login name, not case-sensitive
      email?: string | null;
      mobilePhone?: string | null;
      smsCode?: string; // Code from the SMS
      [name: string]: unknown;
    };
    response: Account;
  };
  /** Delete an account and end its sessions and connections */
  'DELETE /2.0/users/:id': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: Done;
  };
  /** Log in with a password in the query (older clients) */
  'GET /2.0/login': {
    params: undefined;
    query: {
      username: string;
      password: string;
    };
    body: undefined;
    response: AccountSession;
  };
  /** Log in with a password in the body */
  'POST /2.0/login': {
    params: undefined;
    query: undefined;
    body: {
      username: string; // Login name, not case-sensitive
      password: string; // The password
    };
    response: AccountSession;
  };
  /** End the session whose token comes with the request, and close its connections */
  'GET /2.0/logout': {
    params: undefined;
    query: undefined;
    body: undefined;
    response: Done;
  };
  /** End the session whose token comes with the request, and close its connections */
  'POST /2.0/logout': {
    params: undefined;
    query: undefined;
    body: undefined;
    response: Done;
  };
  /** Change the password, end all sessions, and return a new session */
  'POST /2.0/updatePassword': {
    params: undefined;
    query: undefined;
    body: {
      password: string; // The password
      newPassword: string; // The password
    };
    response: AccountSession;
  };
  /** List the open sessions of the caller, or of a user (master key), the latest first */
  'GET /2.0/sessions': {
    params: undefined;
    query: {
      user?: string;
    };
    body: undefined;
    response: {
      results: Session[];
    };
  };
  /** End all other sessions of the caller, or all sessions of a user (master key), and close their connections */
  'DELETE /2.0/sessions': {
    params: undefined;
    query: {
      user?: string;
      all?: boolean;
    };
    body: undefined;
    response: Done;
  };
  /** End one session, and close its connections */
  'DELETE /2.0/sessions/:id': {
    params: {
      id: string;
    };
    query: {
      user?: string;
    };
    body: undefined;
    response: Done;
  };
  /** Request a code to log in by phone or to register the phone */
  'POST /2.0/requestLoginSmsCode': {
    params: undefined;
    query: undefined;
    body: {
      mobilePhone: string; // Phone number with country code, or a national number of the country in the settings
    };
    response: Done;
  };
  /** Log in with a code; the first login creates an account */
  'POST /2.0/loginByMobilePhone': {
    params: undefined;
    query: undefined;
    body: {
      mobilePhone: string; // Phone number with country code, or a national number of the country in the settings
      smsCode: string; // Code from the SMS
    };
    response: AccountSession;
  };
  /** Request a code to set a new password */
  'POST /2.0/requestPasswordReset': {
    params: undefined;
    query: undefined;
    body: {
      mobilePhone?: string; // Phone number with country code, or a national number of the country in the settings
      email?: string;
    };
    response: Done;
  };
  /** Set a new password with a code; all sessions end */
  'POST /2.0/resetPasswordBySmsCode': {
    params: undefined;
    query: undefined;
    body: {
      mobilePhone: string; // Phone number with country code, or a national number of the country in the settings
      smsCode: string; // Code from the SMS
      password: string; // The password
    };
    response: Done;
  };
  /** Issue a token for a user, with the master key; creates the user */
  'POST /2.0/tokens': {
    params: undefined;
    query: undefined;
    body: {
      id: string; // The user
      expiresIn?: number; // For how many seconds it is valid
      attributes?: Record<string, unknown>; // Added to the user's attributes
    };
    response: Token;
  };
  /** Register an app on a device, or update its registration */
  'POST /2.0/installations': {
    params: undefined;
    query: undefined;
    body: {
      installationId?: unknown;
      deviceType?: 'android' | 'ios';
      environment?: 'production' | 'sandbox';
      deviceToken?: string;
      badge?: number;
    };
    response: CreatedInstallation;
  };
  /** Update an installation, for example its device token or badge */
  'PUT /2.0/installations/:id': {
    params: {
      id: string;
    };
    query: undefined;
    body: {
      deviceType?: 'android' | 'ios';
      environment?: 'production' | 'sandbox';
      deviceToken?: string;
      badge?: number;
    };
    response: UpdatedInstallation;
  };
  /** Read an installation */
  'GET /2.0/installations/:id': {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    response: Installation;
  };
  /** Upload or replace credentials (.p12, .p8, or the key of a Google service account) */
  'PUT /2.0/push/credentials/:platform': {
    params: {
      platform: 'apns' | 'apns_sandbox' | 'fcm';
    };
    query: undefined;
    body: {
      file: string;
      password?: string;
      keyId?: string;
      teamId?: string;
      bundleId?: string;
    };
    response: PushCredential;
  };
  /** List the credentials and their expiry dates */
  'GET /2.0/push/credentials': {
    params: undefined;
    query: undefined;
    body: undefined;
    response: PushCredential[];
  };
  /** Replace the settings of alerts; omitted settings get their defaults */
  'PUT /2.0/push/settings': {
    params: undefined;
    query: undefined;
    body: PushSettings;
    response: PushSettings;
  };
  /** Read the settings of alerts */
  'GET /2.0/push/settings': {
    params: undefined;
    query: undefined;
    body: undefined;
    response: PushSettings;
  };
  /** Push to all installations of a user now, and report the outcomes */
  'POST /2.0/push/test': {
    params: undefined;
    query: undefined;
    body: {
      user: string; // The user
      text?: string; // The text of the alert
    };
    response: PushTest;
  };
}
