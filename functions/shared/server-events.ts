/**
 * The events that the server sends in /chat. `serverEvent` takes its types from here, and docs/reference/protocol.md
 * lists them. Only types and documentation use the schemas, so no bundle contains this module.
 */
import * as z from 'zod/mini';
import { ERROR } from './errors.ts';
import { KICKED, MAX_MEDIA, MAX_NAMED, TYPE } from './wire.ts';

function described<T extends z.ZodMiniType>(schema: T, description: string): T {
  z.globalRegistry.add(schema, { description });
  return schema;
}

/** The id gives the type a name in the documentation. */
const ErrorCode = z.enum(ERROR).register(z.globalRegistry, { id: 'ErrorCode' });
const ts = described(z.number(), 'epoch milliseconds');
const id = described(z.string(), 'sorts like the history; use it to drop duplicates');
const remark = z.optional(z.string());
const ack = z.optional(described(z.int(), 'the ack number of the message'));
const cid = z.optional(described(z.string(), "the client's id for the message, if it gave one"));
const type = described(z.enum(TYPE), '0 friend, 1 group, 2 room, 3 visitor, 4 stranger');
const content = z.object({
  media: described(
    z.int().check(z.minimum(0), z.maximum(MAX_MEDIA)),
    '0 text, 1 image, 2 audio, 3 video, 4 custom, 5 location',
  ),
  body: described(z.string(), 'the text, the URL of the upload, or JSON text'),
});
const speaker = described(z.string(), 'who sent the message');
const by = z.optional(described(z.string(), 'who did it; missing for the master key'));
const reactions = described(z.record(z.string(), z.array(z.string())), 'the users who reacted, by reaction');

/** What a message can have in addition, in all of its events. */
const additions = {
  remark,
  reply: z.optional(described(z.string(), 'the message that it answers')),
  mentions: z.optional(
    described(z.union([z.literal('all'), z.array(z.string())]), 'the receivers whom it mentions, or `all`'),
  ),
  edited: z.optional(described(z.number(), 'when the content last changed, epoch milliseconds')),
  reacted: z.optional(described(z.number(), 'when the reactions last changed, epoch milliseconds')),
  reactions: z.optional(reactions),
};

const LoginSucceeded = z.object({
  success: z.literal(true),
  id: described(z.string(), 'the user or visitor'),
  token: z.optional(described(z.string(), 'strict mode only: X-ML-Session-Token for REST requests')),
});
const LoginFailed = z.object({ success: z.literal(false), error: ErrorCode, message: z.string() });

const sender = z.object({
  id: described(z.string(), 'the sender'),
  type,
  gid: z.optional(described(z.string(), 'the group or room')),
});
const conversation = described(z.object({ id: z.string(), type }), 'the conversation, as this client writes to it');

const MessageEvent = z.object({
  id,
  from: sender,
  content,
  ts,
  ...additions,
});

const Refused = z.object({ error: ErrorCode, message: z.string(), ack });

const communityType = described(z.literal([TYPE.group, TYPE.room]), '1 group, 2 room');
const community = { id: described(z.string(), 'the group or room'), type: communityType };
const friend = described(z.string(), 'the other user');
const who = (verb: string) =>
  z.optional(described(z.array(z.string()), `the users who ${verb}; missing if more than ${MAX_NAMED}`));

const request = {
  type: described(z.literal([TYPE.friend, TYPE.group]), '0 a friendship, 1 an invitation to a group'),
  from: described(z.string(), 'the user who asks'),
  to: described(z.string(), 'the user who answers'),
  gid: z.optional(described(z.string(), 'the group')),
};

/** The one argument of each event, by the event's name. */
export const SERVER_EVENTS = {
  login: z.union([LoginSucceeded, LoginFailed]),
  message: MessageEvent,
  yourself: z.object({ id, to: z.object({ id: z.string(), type }), content, ts, ...additions, cid }),
  sys: z.object({ id, content, ts, remark }),
  signal: z.object({ from: sender, name: z.string(), data: z.optional(z.unknown()) }),
  edited: z.object({ to: conversation, id, speaker, content, edited: ts, by }),
  recalled: z.object({ to: conversation, id, speaker, recalled: ts, by }),
  reaction: z.object({
    to: conversation,
    id,
    speaker,
    reactions,
    reacted: described(z.number(), 'ignore the event if you have a later one for the message'),
    by,
    reaction: z.optional(described(z.string(), 'the one that was added or removed; missing in a catch-up')),
    remove: z.optional(z.boolean()),
  }),
  ack: z.object({ ack: described(z.int(), 'the ack number of the message'), ts, cid }),
  refused: Refused,
  read: z.object({
    from: z.optional(
      described(z.object({ id: z.string(), type, gid: z.optional(z.string()) }), 'the reader, in a receipt'),
    ),
    to: z.optional(described(z.object({ id: z.string(), type }), 'the conversation that this user read elsewhere')),
    upTo: described(z.string(), 'the id of the last message that was read'),
  }),
  synced: z.object({
    upTo: described(z.string(), 'the `since` of the next login'),
    complete: described(z.boolean(), 'whether all missed messages were sent'),
    conversations: z.optional(
      described(z.array(z.object({ id: z.string(), type })), 'the conversations whose histories the client must read'),
    ),
  }),
  kicked: z.object({
    reason: described(
      z.enum(KICKED),
      'banned; removed: disconnected by request; replaced: by a newer device; deleted: the user is deleted',
    ),
    message: z.optional(described(z.string(), 'for the user, if the operator gave one')),
    until: z.optional(described(z.number(), 'the end of the ban, epoch milliseconds; missing if it is permanent')),
  }),
  befriended: z.object({ id: friend }),
  unfriended: z.object({ id: friend }),
  joined: z.object({ ...community, members: who('joined') }),
  left: z.object({ ...community, members: who('left') }),
  changed: z.object(community),
  deleted: z.object(community),
  request: z.object({ ...request, ts, expires: described(z.number(), 'epoch milliseconds') }),
  requestAnswered: z.object({ ...request, outcome: z.enum(['accepted', 'declined', 'cancelled']) }),
  online: described(z.string(), 'the id of a friend'),
  offline: described(z.string(), 'the id of a friend'),
  online_x: described(z.string(), 'the id of a user who logged in with notifyAll'),
  offline_x: described(z.string(), 'the id of a user who logged in with notifyAll'),
} as const;

export type ServerEvents = { [N in keyof typeof SERVER_EVENTS]: z.input<(typeof SERVER_EVENTS)[N]> };

const Failure = z.extend(Refused, { success: z.literal(false) });

/** The Socket.IO acknowledgement of `say`, of changes of messages, and of all that is refused. */
export const Answer = z.union([
  z.object({ success: z.literal(true), id, ts, ack, cid, reactions: z.optional(reactions) }),
  Failure,
]);
export type Answer = z.input<typeof Answer>;

/** The Socket.IO acknowledgement of `read`, `signal`, `background` and `foreground`. */
export const StateAnswer = z.union([z.object({ success: z.literal(true) }), Failure]);
export type StateAnswer = z.input<typeof StateAnswer>;
