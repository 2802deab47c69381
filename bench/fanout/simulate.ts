import { PostRate, type Priority } from '../../functions/chat/post-rate.ts';
import { MAX_DIRECT, MAX_LISTED, type PostAllowance, shardsFor, shareOf } from '../../functions/chat/sharding.ts';
import { PRICE } from '../../lib/prices.ts';
import { computing } from '../calls/prices.ts';
import { Account } from './account.ts';
import { ACCOUNT, CPU, MEMBER_BYTES, MEMORY_MB } from './assumptions.ts';
import { Instance, type World } from './instance.ts';
import { randomFrom, streams } from './samples.ts';
import { Timeline } from './timeline.ts';

/** An event for a number of connections, one for each member. */
export interface Event {
  readonly connections: number;
  readonly priority: Priority;
}

export interface Options {
  /** The configured post quota of the functions. */
  readonly quota: PostAllowance;
  readonly cold?: boolean;
  readonly seed: number;
}

/** The outcome of an event. */
export interface Outcome {
  /** The delivery times (ms), ascending. */
  readonly reachedAt: Float64Array;
  readonly invocations: number;
  readonly reads: number;
  readonly refused: number;
  readonly givenUp: number;
  readonly dollars: number;
}

/** The number of connections that one read returns. */
const PAGE = 100;

/** Simulates the fan-out of simultaneous events with the planner and the rates of the functions. */
export function simulate(events: readonly Event[], { quota, cold = false, seed }: Options): Outcome[] {
  const timeline = new Timeline();
  const { hop, cold: coldStart, post, read } = streams(seed);
  const world: World = { timeline, account: new Account(ACCOUNT), post, read, random: randomFrom(seed) };
  const started = events.map((event) => fanOut(event, world, quota, () => hop() + (cold ? coldStart() : 0)));
  timeline.run();
  return started.map((outcome) => outcome());
}

/** Plans one event like functions/chat/fan-out.ts, and starts its instances. */
function fanOut(
  { connections, priority }: Event,
  world: World,
  quota: PostAllowance,
  hop: () => number,
): () => Outcome {
  const { timeline, read } = world;
  const frame = new Instance(world, MEMORY_MB.frame);
  const shards: { readonly instance: Instance; readonly start: number }[] = [];
  const listed = connections <= MAX_LISTED;
  const start = (size: number, share: PostAllowance) => {
    const since = timeline.now;
    const begun = frame.compute(CPU.invoke) + hop();
    timeline.at(begun, () => {
      const instance = new Instance(world, MEMORY_MB.deliver, new PostRate(share, priority, timeline.now, since));
      shards.push({ instance, start: begun });
      if (listed) instance.deliver(size);
      else timeline.at(timeline.now + read(), () => instance.deliver(size, PAGE));
    });
  };
  const plan = () => {
    if (connections <= MAX_DIRECT) return frame.deliver(connections);
    const count = shardsFor(connections, quota);
    const share = shareOf(quota, count);
    const edge = (n: number) => Math.floor((connections * n) / count);
    for (let n = 0; n < count; n++) start(edge(n + 1) - edge(n), share);
  };
  // The permission check. If members are listed, also a query and parallel reads of their connections.
  const admitted = read();
  const batches = Math.ceil(connections / PAGE);
  if (!listed) timeline.at(admitted, plan);
  else {
    let unread = batches;
    const queried = admitted + read();
    for (let n = 0; n < batches; n++) {
      timeline.at(queried + read(), () => {
        const computed = frame.compute(Math.min(PAGE, connections) * CPU.item);
        unread -= 1;
        if (unread === 0) timeline.at(computed, plan);
      });
    }
  }

  return () => {
    const instances = [frame, ...shards.map(({ instance }) => instance)];
    const sum = (count: (instance: Instance) => number) => instances.reduce((total, one) => total + count(one), 0);
    const seconds = shards.reduce((total, { instance, start }) => total + (instance.ended - start) / 1000, 0);
    const reachedAt = Float64Array.from(instances.flatMap((instance) => instance.reachedAt)).sort();
    const reads = 1 + batches + (listed ? 1 : shards.length);
    const readUnits = connections / 2 + (connections * MEMBER_BYTES) / 8192;
    const dollars =
      reachedAt.length * PRICE.webSocketMessage +
      instances.length * PRICE.invocation +
      computing('Message') +
      seconds * (MEMORY_MB.deliver / 1024) * PRICE.compute +
      readUnits * PRICE.readUnit;
    const givenUp = sum((instance) => instance.givenUp);
    return {
      reachedAt,
      invocations: instances.length,
      reads,
      refused: sum(({ refused }) => refused),
      givenUp,
      dollars,
    };
  };
}
