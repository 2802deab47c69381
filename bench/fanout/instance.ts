import type { PostRate } from '../../functions/chat/post-rate.ts';
import { AT_ONCE, ATTEMPTS, pauseAfter } from '../../functions/chat/sharding.ts';
import type { Account } from './account.ts';
import { CPU, VCPU_MB } from './assumptions.ts';
import type { Timeline } from './timeline.ts';

/** The shared state of all instances of a run. */
export interface World {
  readonly timeline: Timeline;
  readonly account: Account;
  readonly post: () => number;
  readonly read: () => number;
  readonly random: () => number;
}

/** An invocation that posts like `deliver` (functions/chat/delivery.ts): workers, with retries in parallel. */
export class Instance {
  readonly #world: World;
  readonly #rate: PostRate | undefined;
  /** The CPU time relative to one vCPU. */
  readonly #slowness: number;
  #computesUntil: number;
  /** The time of the last response to a post (ms). */
  ended: number;
  refused = 0;
  givenUp = 0;
  readonly reachedAt: number[] = [];

  constructor(world: World, memoryMb: number, rate?: PostRate) {
    this.#world = world;
    this.#rate = rate;
    this.#slowness = VCPU_MB / memoryMb;
    this.#computesUntil = world.timeline.now;
    this.ended = world.timeline.now;
  }

  /** Computes for a time, measured on one vCPU. Returns the time of completion. */
  compute(ms: number): number {
    this.#computesUntil = Math.max(this.#computesUntil, this.#world.timeline.now) + ms * this.#slowness;
    return this.#computesUntil;
  }

  /**
   * Posts to a number of recipients.
   * @param page the number of recipients in each read; by default they are known
   */
  deliver(recipients: number, page = Number.POSITIVE_INFINITY): void {
    let unread = recipients;
    let known = 0;
    let reading = false;
    const idle: (() => void)[] = [];
    const more = () => {
      if (reading) return;
      reading = true;
      const count = Math.min(page, unread);
      const delay = Number.isFinite(page) ? this.#world.read() : 0;
      this.#world.timeline.at(this.#world.timeline.now + delay, () => {
        const computed = Number.isFinite(page) ? this.compute(count * CPU.item) : this.#world.timeline.now;
        this.#world.timeline.at(computed, () => {
          unread -= count;
          known += count;
          reading = false;
          for (const worker of idle.splice(0)) worker();
        });
      });
    };
    const worker = () => {
      if (known > 0) {
        known -= 1;
        this.#attempt(1, worker);
      } else if (unread > 0) {
        idle.push(worker);
        more();
      }
    };
    for (let n = 0; n < Math.min(AT_ONCE, recipients); n++) worker();
  }

  #attempt(count: number, done: () => void): void {
    const { timeline, account, post, random } = this.#world;
    const turn = this.#rate?.turn(timeline.now) ?? 0;
    timeline.at(timeline.now + turn, () => {
      const sent = this.compute(CPU.post);
      const latency = post();
      timeline.at(sent + latency / 2, () => {
        const taken = account.takes(timeline.now);
        timeline.at(timeline.now + latency / 2, () => {
          this.ended = timeline.now;
          if (taken) this.reachedAt.push(timeline.now);
          else this.#again(count, random());
          done();
        });
      });
    });
  }

  #again(count: number, random: number): void {
    const { timeline } = this.#world;
    this.refused += 1;
    this.#rate?.refused(timeline.now);
    if (count >= ATTEMPTS) this.givenUp += 1;
    else timeline.at(timeline.now + pauseAfter(count, random), () => this.#attempt(count + 1, () => undefined));
  }
}
