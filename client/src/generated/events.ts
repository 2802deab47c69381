// Generated from the schemas of the server by `npm run docs:client`. Do not edit.

export type ErrorCode = 5001 | 5002 | 5003 | 5004 | 5005 | 5006 | 5007 | 5008 | 5009 | 5010 | 5011 | 5012 | 5018;

export interface Auth {
  app: string;
  sign?: string;
  client?: string;
  username?: string;
  phone?: string;
  password?: string;
  oauth?: Record<string, Record<string, unknown>>;
  sessionToken?: string;
  passenger?: {
    id?: string;
    [name: string]: unknown;
  };
  install?: string;
  deviceToken?: string;
  notifyAll?: boolean;
  since?: string | null;
}

export interface Say {
  to: {
    id: string;
    type?: 0 | 1 | 2 | 3 | 4;
  };
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
  ack?: number | null;
  receipt?: boolean | null;
  cid?: string | null;
}

export interface Read {
  to: {
    id: string;
    type?: 0 | 1 | 2 | 3 | 4;
  };
  upTo: string;
}

export type Answer =
  | {
      success: true;
      id: string; // sorts like the history; use it to drop duplicates
      ts: number; // epoch milliseconds
      ack?: number; // the ack number of the message
      cid?: string; // the client's id for the message, if it gave one
    }
  | {
      error: ErrorCode;
      message: string;
      ack?: number; // the ack number of the message
      success: false;
    };

export type StateAnswer =
  | {
      success: true;
    }
  | {
      error: ErrorCode;
      message: string;
      ack?: number; // the ack number of the message
      success: false;
    };

export type LoginEvent =
  | {
      success: true;
      id: string; // the user or visitor
      token?: string; // strict mode only: X-ML-Session-Token for REST requests
    }
  | {
      success: false;
      error: ErrorCode;
      message: string;
    };

export interface MessageEvent {
  id: string; // sorts like the history; use it to drop duplicates
  from: {
    id: string; // the sender
    type: 0 | 1 | 2 | 3 | 4; // 0 friend, 1 group, 2 room, 3 visitor, 4 stranger
    gid?: string; // the group or room
  };
  content: {
    media: number; // 0 text, 1 image, 2 audio, 3 video
    body: string;
  };
  ts: number; // epoch milliseconds
  remark?: string;
}

export interface YourselfEvent {
  id: string; // sorts like the history; use it to drop duplicates
  to: {
    id: string;
    type: 0 | 1 | 2 | 3 | 4; // 0 friend, 1 group, 2 room, 3 visitor, 4 stranger
  };
  content: {
    media: number; // 0 text, 1 image, 2 audio, 3 video
    body: string;
  };
  ts: number; // epoch milliseconds
  remark?: string;
  cid?: string; // the client's id for the message, if it gave one
}

export interface SysEvent {
  id: string; // sorts like the history; use it to drop duplicates
  content: {
    media: number; // 0 text, 1 image, 2 audio, 3 video
    body: string;
  };
  ts: number; // epoch milliseconds
  remark?: string;
}

export interface AckEvent {
  ack: number; // the ack number of the message
  ts: number; // epoch milliseconds
  cid?: string; // the client's id for the message, if it gave one
}

export interface RefusedEvent {
  error: ErrorCode;
  message: string;
  ack?: number; // the ack number of the message
}

export interface ReadEvent {
  from?: {
    id: string;
    type: 0 | 1 | 2 | 3 | 4; // 0 friend, 1 group, 2 room, 3 visitor, 4 stranger
    gid?: string;
  }; // the reader, in a receipt
  to?: {
    id: string;
    type: 0 | 1 | 2 | 3 | 4; // 0 friend, 1 group, 2 room, 3 visitor, 4 stranger
  }; // the conversation that this user read elsewhere
  upTo: string; // the id of the last message that was read
}

export interface SyncedEvent {
  upTo: string; // the `since` of the next login
  complete: boolean; // whether all missed messages were sent
  conversations?: {
    id: string;
    type: 0 | 1 | 2 | 3 | 4; // 0 friend, 1 group, 2 room, 3 visitor, 4 stranger
  }[]; // the conversations whose histories the client must read
}

export interface BefriendedEvent {
  id: string; // the other user
}

export interface UnfriendedEvent {
  id: string; // the other user
}

export interface JoinedEvent {
  id: string; // the group or room
  type: 1 | 2; // 1 group, 2 room
  members?: string[]; // the users who joined; missing if more than 100
}

export interface LeftEvent {
  id: string; // the group or room
  type: 1 | 2; // 1 group, 2 room
  members?: string[]; // the users who left; missing if more than 100
}

export interface ChangedEvent {
  id: string; // the group or room
  type: 1 | 2; // 1 group, 2 room
}

export interface DeletedEvent {
  id: string; // the group or room
  type: 1 | 2; // 1 group, 2 room
}

export interface RequestEvent {
  type: 0 | 1; // 0 a friendship, 1 an invitation to a group
  from: string; // the user who asks
  to: string; // the user who answers
  gid?: string; // the group
  ts: number; // epoch milliseconds
  expires: number; // epoch milliseconds
}

export interface RequestAnsweredEvent {
  type: 0 | 1; // 0 a friendship, 1 an invitation to a group
  from: string; // the user who asks
  to: string; // the user who answers
  gid?: string; // the group
  outcome: 'accepted' | 'cancelled' | 'declined';
}

export type OnlineEvent = string;

export type OfflineEvent = string;

export type OnlineXEvent = string;

export type OfflineXEvent = string;

export interface ServerEvents {
  login: LoginEvent;
  message: MessageEvent;
  yourself: YourselfEvent;
  sys: SysEvent;
  ack: AckEvent;
  refused: RefusedEvent;
  read: ReadEvent;
  synced: SyncedEvent;
  befriended: BefriendedEvent;
  unfriended: UnfriendedEvent;
  joined: JoinedEvent;
  left: LeftEvent;
  changed: ChangedEvent;
  deleted: DeletedEvent;
  request: RequestEvent;
  requestAnswered: RequestAnsweredEvent;
  online: OnlineEvent;
  offline: OfflineEvent;
  online_x: OnlineXEvent;
  offline_x: OfflineXEvent;
}
