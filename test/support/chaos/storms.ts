import type { Cloud } from '../../../local/cloud.ts';

/** A storm and the calm after it end after this many messages. */
const ROUND = 300;

/** Faults of AWS in a part of a run: a storm after the other, with calm between them. */
export class Storms {
  readonly #cloud: Cloud;
  readonly #seed: number;
  readonly #share: number;
  readonly #sent: () => number;
  readonly #faults = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #storms = 0;
  #rages = false;

  /**
   * @param share the share of messages during storms; 1 for faults all the time
   * @param sent how many messages were sent
   */
  constructor(cloud: Cloud, seed: number, share: number, sent: () => number) {
    this.#cloud = cloud;
    this.#seed = seed;
    this.#share = share;
    this.#sent = sent;
  }

  begin(): void {
    this.#update();
    this.#timer = setInterval(() => this.#update(), 50);
  }

  /** Ends all faults. Returns how many there were of each kind. */
  end(): Readonly<Record<string, number>> {
    clearInterval(this.#timer);
    this.#calm();
    return Object.fromEntries(this.#faults);
  }

  #update(): void {
    const rages = this.#sent() % ROUND < ROUND * this.#share;
    if (rages && !this.#rages) {
      // Far from the seeds of other runs.
      this.#cloud.disturb(this.#seed + this.#storms * 1_000_003);
      this.#storms += 1;
      this.#rages = true;
    } else if (!rages) this.#calm();
  }

  #calm(): void {
    if (!this.#rages) return;
    this.#rages = false;
    for (const [kind, times] of Object.entries(this.#cloud.calm()))
      this.#faults.set(kind, (this.#faults.get(kind) ?? 0) + times);
  }
}
