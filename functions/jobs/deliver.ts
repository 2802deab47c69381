import * as z from 'zod/mini';
import { Push } from '../shared/content.ts';
import { ChatEvent } from '../shared/event.ts';
import { Principal } from '../shared/principal.ts';

/** Fields of every delivery job. */
const delivery = {
  app: z.string(),
  event: ChatEvent,
  priority: z.enum(['message', 'notice']),
  /** Push options for users whose devices the event does not reach. Without it, nobody gets a push. */
  push: z.optional(Push),
};
const Delivery = z.object(delivery);
export type Delivery = z.output<typeof Delivery>;

const Recipient = z.object({ connectionId: z.string(), owner: z.optional(Principal) });

/** A range of numbers, and the position in it from which to continue. */
const range = { from: z.int(), to: z.int(), after: z.optional(z.string()) };

/** The recipients of one shard. */
export const DeliverPart = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('recipients'), recipients: z.array(Recipient) }),
  /** Some ranges of the members of a group or room, except one user. */
  z.object({
    kind: z.literal('members'),
    community: z.object({ app: z.string(), kind: z.enum(['group', 'room']), id: z.string() }),
    ...range,
    except: z.optional(z.string()),
  }),
  /** Some shards of all connections, except one connection. */
  z.object({ kind: z.literal('everybody'), ...range, except: z.optional(z.string()) }),
]);
export type DeliverPart = z.output<typeof DeliverPart>;

/** The post rate of a shard, and its start time (epoch ms). */
const Share = z.object({ perSecond: z.number(), burst: z.number(), since: z.number() });

/** The addressee of an event, before the recipients are counted. */
const Addressee = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['user', 'group', 'room']), id: z.string() }),
  /** All connections except one. */
  z.object({ kind: z.literal('everybody'), except: z.optional(z.string()) }),
  z.object({ kind: z.literal('users'), ids: z.array(z.string()) }),
  z.object({ kind: z.literal('visitor'), id: z.string() }),
  /** Those whom a change of a group or room is about and, unless there are too many, all its members. */
  z.object({ kind: z.literal('concerned'), of: z.enum(['group', 'room']), id: z.string(), ids: z.array(z.string()) }),
]);
export type Addressee = z.output<typeof Addressee>;

/** Events for the same receivers. */
const Notice = z.object({ events: z.array(ChatEvent), to: Addressee });
export type Notice = z.output<typeof Notice>;

/** What one change has several receivers told, by one job. */
export const NoticesJob = z.object({ app: delivery.app, notices: z.array(Notice) });

/** A shard of a delivery; or a whole one, whose first invocation sees how large it is; or several small ones. */
export const DeliverJob = z.union([
  z.object({ ...delivery, part: DeliverPart, share: Share }),
  z.object({ ...delivery, to: Addressee }),
  NoticesJob,
]);
export type DeliverJob = z.output<typeof DeliverJob>;
