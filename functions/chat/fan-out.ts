import * as z from 'zod/mini';
import type { DeliverPart, Delivery } from '../jobs/deliver.ts';
import { enqueueDeliveries } from '../jobs/deliver-enqueue.ts';
import { recordDelivery } from '../observe/metrics.ts';
import type { Principal } from '../shared/principal.ts';
import { deliver, type Pacing, type Recipient } from './delivery.ts';
import { postAllowance } from './post-allowance.ts';
import type { Recipients } from './recipients.ts';
import { MAX_DIRECT, type NumberRange, shardsFor, shareOf, splitRange, splitRecipients } from './sharding.ts';

/** Matches messages, which contain their time. Presence events do not. */
const Timestamped = z.object({ ts: z.number() });

/** Handles principals whom an event reached on no device, or only in the background. */
export type OnUnreached = (principals: readonly Principal[]) => Promise<void>;

const ignore: OnUnreached = () => Promise.resolve();

/**
 * Delivers to any number of recipients: directly if they are few, else through shards of the `deliver` function.
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

/** The remaining work of a delivery. */
export interface Undelivered {
  /** Recipients to retry later. The owner is omitted if another of their devices received the event. */
  readonly left: Recipient[];
  /** Owners with no device that received the event or will be retried. */
  readonly unreached: Principal[];
}

/** Posts to recipients and records the latency. */
export async function deliverMeasured(
  { event }: Delivery,
  recipients: Iterable<Recipient> | AsyncIterable<Recipient>,
  pacing: Pacing = {},
): Promise<Undelivered> {
  const { sent, left, lost } = await deliver(recipients, event, pacing);
  const timestamped = Timestamped.safeParse(event.args[0]);
  if (timestamped.success) recordDelivery(timestamped.data.ts, sent.length);
  const reached = new Set(owners(sent).keys());
  const due = owners(left);
  return {
    left: left.map(({ owner, ...connection }) =>
      owner && !reached.has(owner.id) ? { ...connection, owner } : connection,
    ),
    unreached: [...owners(lost).values()].filter(({ id }) => !reached.has(id) && !due.has(id)),
  };
}

/** The owners of recipients, by id. */
function owners(recipients: readonly Recipient[]): Map<string, Principal> {
  return new Map(recipients.flatMap(({ owner }) => (owner ? [[owner.id, owner]] : [])));
}
