import * as z from 'zod/mini';
import { ERROR } from '../../shared/errors.ts';

/** Response schemas. The compiler checks handlers against them, and a test checks their responses. */

const ts = z.int().register(z.globalRegistry, { description: 'Epoch milliseconds', examples: [1767225600000] });
const id = z.string().register(z.globalRegistry, { examples: ['tom'] });
const online = z.boolean().register(z.globalRegistry, { description: 'Whether a device of the user is connected' });
const members = z
  .array(z.string())
  .register(z.globalRegistry, { description: 'The list contains at most 1000 members', examples: [['jerry', 'tom']] });

export const IdShape = z.string().register(z.globalRegistry, { examples: ['9f2b61c04a7d4b0f8f3f5f5c2f6f7a11'] });
export const IdsShape = z.array(z.string()).register(z.globalRegistry, { examples: [['jerry', 'butch']] });

export const AttributesShape = z
  .record(z.string(), z.unknown())
  .register(z.globalRegistry, { id: 'Attributes', description: 'JSON values by name', examples: [{ age: 3 }] });

export const UserShape = z
  .object({
    attributes: AttributesShape,
    installs: z
      .array(z.string())
      .register(z.globalRegistry, { description: 'Installations that receive pushes for the user' }),
    sessions: z.int().register(z.globalRegistry, { description: 'Number of connected devices' }),
    friends: z.array(z.string()),
    groups: z.array(z.string()),
    rooms: z.array(z.string()),
    ts,
  })
  .register(z.globalRegistry, { id: 'User' });

export const FoundUserShape = z.object({ id, online, ts, attributes: AttributesShape }).register(z.globalRegistry, {
  id: 'FoundUser',
});

const epoch = (description: string) =>
  z.optional(z.int()).register(z.globalRegistry, { description: `${description}, epoch milliseconds` });

const reactions = z
  .optional(z.record(z.string(), z.array(z.string())))
  .register(z.globalRegistry, { description: 'The users who reacted, by reaction', examples: [{ '👍': ['tom'] }] });

export const MessageShape = z
  .object({
    id: z.string().register(z.globalRegistry, { description: 'Message ids sort in the order of the history' }),
    speaker: id,
    content: z.optional(
      z
        .object({
          media: z.int().register(z.globalRegistry, {
            description: '0 text, 1 image, 2 audio, 3 video, 4 custom, 5 location',
          }),
          body: z.string().register(z.globalRegistry, { description: 'The text, the URL of the media, or JSON text' }),
        })
        .register(z.globalRegistry, { description: 'Missing if the message was recalled' }),
    ),
    ts,
    remark: z.optional(z.string()),
    cid: z.optional(z.string()).register(z.globalRegistry, { description: "The client's id for the message" }),
    reply: z.optional(z.string()).register(z.globalRegistry, { description: 'The message that it answers' }),
    mentions: z
      .optional(z.union([z.literal('all'), z.array(z.string())]))
      .register(z.globalRegistry, { description: 'The receivers whom it mentions, or `all`' }),
    edited: epoch('When the content last changed'),
    recalled: epoch('When the message was recalled'),
    reactions,
    reacted: epoch('When the reactions last changed'),
  })
  .register(z.globalRegistry, { id: 'Message' });

export const HistoryShape = z.array(MessageShape);

const type = z.int().register(z.globalRegistry, { description: '0 friend, 1 group, 3 visitor, 4 stranger' });

export const ConversationsShape = z
  .object({
    conversations: z.array(
      z.object({
        id: z.string().register(z.globalRegistry, { description: 'The other participant, or the group' }),
        type,
        last: z.optional(MessageShape),
        unread: z.int().register(z.globalRegistry, { description: 'Unread messages of others, exact up to 999' }),
        mentioned: z
          .optional(z.boolean())
          .register(z.globalRegistry, { description: 'Whether an unread message mentions the user' }),
        muted: z.optional(z.boolean()).register(z.globalRegistry, { description: 'true: only mentions are pushed' }),
        pinned: z.optional(z.boolean()).register(z.globalRegistry, { description: 'true: shown first' }),
        read: z.optional(z.string()).register(z.globalRegistry, {
          description: 'With `receipts`: the last message that the other participant has read, if both use receipts',
        }),
      }),
    ),
    cursor: z
      .optional(z.string())
      .register(z.globalRegistry, { description: 'For the next page. Missing on the last page' }),
  })
  .register(z.globalRegistry, { id: 'Conversations' });

export const ChangedShape = z
  .object({
    id: z.string().register(z.globalRegistry, { description: 'The message' }),
    ts: z.int().register(z.globalRegistry, { description: 'When it last changed in this way, epoch milliseconds' }),
    reactions,
  })
  .register(z.globalRegistry, { id: 'ChangedMessage' });

export const UnreadShape = z
  .object({ unread: z.int().register(z.globalRegistry, { description: 'Unread messages in all conversations' }) })
  .register(z.globalRegistry, { id: 'Unread' });

export const ReadsShape = z
  .array(
    z.object({ id, upTo: z.string().register(z.globalRegistry, { description: 'The last message that they read' }) }),
  )
  .register(z.globalRegistry, { id: 'Reads', description: 'The read positions of the members' });

export const ReceiptsShape = z.object({ enabled: z.boolean() }).register(z.globalRegistry, { id: 'Receipts' });

export const SyncShape = z
  .object({
    events: z
      .array(z.object({ event: z.string(), data: z.unknown() }))
      .register(z.globalRegistry, { description: 'The events, oldest first, as a connected device receives them' }),
    upTo: z.string().register(z.globalRegistry, { description: 'The `since` of the next request' }),
    complete: z.boolean().register(z.globalRegistry, { description: 'Whether no message was left out' }),
    conversations: z.optional(
      z
        .array(z.object({ id, type }))
        .register(z.globalRegistry, { description: 'The conversations of which messages were left out' }),
    ),
  })
  .register(z.globalRegistry, { id: 'Sync' });

const friendship = {
  id: z.string(),
  from: id,
  to: z.string().register(z.globalRegistry, { examples: ['jerry'] }),
  ts,
};

export const FriendshipShape = z.object({ ...friendship, online }).register(z.globalRegistry, {
  id: 'Friendship',
  description: '`from` requested the friendship; `online` is the status of the friend',
});

export const MadeFriendshipShape = z
  .object({
    ...friendship,
    ns: z.string().register(z.globalRegistry, { description: 'The application', examples: ['macaw-demo'] }),
    pending: z
      .optional(z.boolean())
      .register(z.globalRegistry, { description: 'true: a request, which the other user has not answered' }),
    expires: z
      .optional(z.int())
      .register(z.globalRegistry, { description: 'When the request expires, epoch milliseconds' }),
  })
  .register(z.globalRegistry, { id: 'MadeFriendship' });

const recent = z.optional(MessageShape);

export const ContactDetailShape = z
  .object({ id, online, recent })
  .register(z.globalRegistry, { id: 'ContactDetail', description: 'A friend or stranger, with the last message' });

export const StrangerShape = z.object({ ts, online, recent }).register(z.globalRegistry, { id: 'Stranger' });

const found = { id: IdShape, attributes: AttributesShape, ts };
const room = { ...found, members };
const admins = z.optional(z.array(z.string()).register(z.globalRegistry, { examples: [['jerry']] }));
const group = { ...room, owner: z.optional(id), admins };

export const GroupShape = z.object(group).register(z.globalRegistry, { id: 'Group' });

export const GroupOfUserShape = z.object({ ...group, recent }).register(z.globalRegistry, { id: 'GroupOfUser' });

export const RoomShape = z.object(room).register(z.globalRegistry, { id: 'Room' });

export const FoundRoomShape = z
  .object({ ...found, members: z.optional(members) })
  .register(z.globalRegistry, { id: 'FoundRoom', description: 'A user sees `members` of their own rooms only' });

export const AcceptedShape = z
  .object({ id: z.string().register(z.globalRegistry, { description: 'The id of the message' }) })
  .register(z.globalRegistry, { id: 'Accepted' });

export const FailureShape = z
  .object({ errorCode: z.literal(Object.values(ERROR)), errorMessage: z.string() })
  .register(z.globalRegistry, { id: 'Failure' });
