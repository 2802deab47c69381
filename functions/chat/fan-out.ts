import * as z from 'zod/mini';
import type { DeliverPart, Delivery } from '../jobs/deliver.ts';
import { enqueueDeliveries } from '../jobs/deliver-enqueue.ts';
import { delivered } from '../observe/metrics.ts';
import type { Principal } from '../shared/principal.ts';
import { deliver, type Pacing, type Recipient } from './delivery.ts';
import { postAllowance } from './post-allowance.ts';
import type { Recipients } from './recipients.ts';
import { MOST_DIRECT, type Range, shardsFor, shareOf, splitRange, splitRecipients } from './sharding.ts';

/** Messages tell when they were said; presence does not. */
const Said = z.object({ ts: z.number() });

/** Told of receivers whom an event reaches on no device. */
export type OnUnreached = (principals: Principal[]) => Promise<void>;

const nobodyCares: OnUnreached = () => Promise.resolve();

/**
 * Delivers to an audience of any size: by itself where it is small, else by shards of the function `deliver`.
 * @throws when not all shards could be started
 */
export async function fanOut(delivery: Delivery, crowd: Recipients, missed = nobodyCares): Promise<void> {
  if ('range' in crowd) {
    const parts = splitRange(crowd.range, shardsFor(crowd.size, postAllowance()));
    return startShards(
      delivery,
      parts.map((part: Range) => ({ ...crowd.range, ...part })),
    );
  }
  const { recipients, offline = [] } = crowd;
  if (recipients.length <= MOST_DIRECT) {
    const left = await deliverPart(delivery, recipients, missed, {}, offline);
    return left.length > 0 ? startShards(delivery, [{ kind: 'recipients', recipients: left }]) : undefined;
  }
  const parts = splitRecipients(recipients, shardsFor(recipients.length, postAllowance()));
  const named = parts.map((recipients) => ({ kind: 'recipients' as const, recipients }));
  await Promise.all([startShards(delivery, named), missed([...offline])]);
}

function startShards(delivery: Delivery, parts: readonly DeliverPart[]): Promise<void> {
  const share = { ...shareOf(postAllowance(), parts.length), since: Date.now() };
  return enqueueDeliveries(parts.map((part) => ({ ...delivery, part, share })));
}

/**
 * Posts to recipients, then has it told whom that reached on none of his devices.
 * @param offline of whom that is known already; read when all recipients have been
 * @returns those that are left; without their owner where he has been reached on another device
 */
export async function deliverPart(
  { event }: Delivery,
  recipients: Iterable<Recipient> | AsyncIterable<Recipient>,
  missed: OnUnreached,
  flow: Pacing,
  offline: readonly Principal[] = [],
): Promise<Recipient[]> {
  const owners = new Map<string, Principal>();
  const reached = new Set<string>();
  const note = async function* () {
    for await (const recipient of recipients) {
      if (recipient.owner) owners.set(recipient.owner.id, recipient.owner);
      yield recipient;
    }
  };
  let posts = 0;
  const sent = ({ owner }: Recipient) => {
    posts += 1;
    if (owner) reached.add(owner.id);
  };
  const left = await deliver(note(), event, sent, flow);
  const said = Said.safeParse(event.args[0]);
  if (said.success) delivered(said.data.ts, posts);
  const due = new Set(left.map(({ owner }) => owner?.id));
  await missed([...offline, ...[...owners.values()].filter(({ id }) => !reached.has(id) && !due.has(id))]);
  return left.map(({ owner, ...connection }) =>
    owner && !reached.has(owner.id) ? { ...connection, owner } : connection,
  );
}
