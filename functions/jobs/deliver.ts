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
]);
export type Addressee = z.output<typeof Addressee>;

/** One shard of a delivery, or a complete delivery. The first invocation of a complete delivery determines its size. */
export const DeliverJob = z.union([
  z.object({ ...delivery, part: DeliverPart, share: Share }),
  z.object({ ...delivery, to: Addressee }),
]);
export type DeliverJob = z.output<typeof DeliverJob>;
