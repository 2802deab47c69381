import * as z from 'zod/mini';
import type { DeliverPart, Delivery } from '../jobs/deliver.ts';
import { enqueueDeliveries } from '../jobs/deliver-enqueue.ts';
import { recordDelivery } from '../observe/metrics.ts';
import type { Principal } from '../shared/principal.ts';
import { deliver, type Pacing, type Recipient } from './delivery.ts';
import { postAllowance } from './post-allowance.ts';
import type { Recipients } from './recipients.ts';
import { MAX_DIRECT, type NumberRange, shardsFor, shareOf, splitRange, splitRecipients } from './sharding.ts';

/** Messages tell when they were said; presence does not. */
const Said = z.object({ ts: z.number() });

/** Handles principals whom an event reached on no device, or only in the background. */
export type OnUnreached = (principals: readonly Principal[]) => Promise<void>;

const ignore: OnUnreached = () => Promise.resolve();

/**
 * Delivers to any number of recipients: by itself where they are few, else by shards of the function `deliver`.
 * @throws when not all shards could be started
 */
export async function fanOut(delivery: Delivery, to: Recipients, onUnreached = ignore): Promise<void> {
  if ('range' in to) {
    const parts = splitRange(to.range, shardsFor(to.size, postAllowance()));
    return startShards(
      delivery,
      parts.map((part: NumberRange) => ({ ...to.range, ...part })),
    );
  }
  const { recipients, away = [] } = to;
  if (recipients.length <= MAX_DIRECT) {
    const { left, unreached } = await deliverMeasured(delivery, recipients);
    await onUnreached([...away, ...unreached]);
    return left.length > 0 ? startShards(delivery, [{ kind: 'recipients', recipients: left }]) : undefined;
  }
  const parts = splitRecipients(recipients, shardsFor(recipients.length, postAllowance()));
  const named = parts.map((recipients) => ({ kind: 'recipients' as const, recipients }));
  await Promise.all([startShards(delivery, named), onUnreached(away)]);
}

function startShards(delivery: Delivery, parts: readonly DeliverPart[]): Promise<void> {
  const share = { ...shareOf(postAllowance(), parts.length), since: Date.now() };
  return enqueueDeliveries(parts.map((part) => ({ ...delivery, part, share })));
}

/** What a delivery has still to do. */
export interface Undelivered {
  /** Recipients to try again later; without their owner where the owner has been reached on another device. */
  readonly left: Recipient[];
  /** Owners who were reached on none of their devices, and are not among those to try again. */
  readonly unreached: Principal[];
}

/** Posts to recipients, and measures how long that took. */
export async function deliverMeasured(
  { event }: Delivery,
  recipients: Iterable<Recipient> | AsyncIterable<Recipient>,
  pacing: Pacing = {},
): Promise<Undelivered> {
  const { sent, left, lost } = await deliver(recipients, event, pacing);
  const said = Said.safeParse(event.args[0]);
  if (said.success) recordDelivery(said.data.ts, sent.length);
  const reached = new Set(owners(sent).keys());
  const due = owners(left);
  return {
    left: left.map(({ owner, ...connection }) =>
      owner && !reached.has(owner.id) ? { ...connection, owner } : connection,
    ),
    unreached: [...owners(lost).values()].filter(({ id }) => !reached.has(id) && !due.has(id)),
  };
}

/** The owners of some recipients by their ids. */
function owners(recipients: readonly Recipient[]): Map<string, Principal> {
  return new Map(recipients.flatMap(({ owner }) => (owner ? [[owner.id, owner]] : [])));
}
