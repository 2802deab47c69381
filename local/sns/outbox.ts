import { randomUUID } from 'node:crypto';
import type { Json } from '../shared/json.ts';
import type { Platform } from './credentials.ts';
import type { Faults } from './faults.ts';

/** A message that SNS would send. */
export type Sent = { readonly id: string; readonly at: number; readonly attributes: Record<string, string> } & (
  | {
      readonly kind: 'push';
      readonly platform: Platform;
      readonly application: string;
      readonly endpoint: string;
      readonly token: string;
      /** The parsed payload for the platform. */
      readonly payload: Json;
      /** Its length in UTF-8 bytes. */
      readonly bytes: number;
    }
  | { readonly kind: 'sms'; readonly phoneNumber: string; readonly text: string }
);

export type Push = Extract<Sent, { kind: 'push' }>;
export type Sms = Extract<Sent, { kind: 'sms' }>;

/** A message before it was sent. */
export type Letter = Omit<Push, 'id' | 'at'> | Omit<Sms, 'id' | 'at'>;

/** The limit of messages. Older messages are removed to bound memory. */
const KEPT = 10_000;

/** Everything that SNS would have handed over to telephones, to be looked at and waited for. */
export class Outbox {
  /** Injected faults. */
  readonly faults: Faults;
  #sent: Sent[] = [];
  readonly #taken = new Set<string>();
  #waiting: (() => void)[] = [];

  constructor(faults: Faults) {
    this.faults = faults;
  }

  /** Adds a message and returns its id. */
  add(letter: Letter): string {
    const id = randomUUID();
    this.#sent = [...this.#sent.slice(-KEPT + 1), { ...letter, id, at: Date.now() }];
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const look of waiting) look();
    return id;
  }

  /** All messages, oldest first. */
  messages(): readonly Sent[] {
    return this.#sent;
  }

  /**
   * The oldest message that matches the predicate and that no earlier call returned. Waits for a new message if there
   * is none. Rejects after a timeout.
   */
  async next<T extends Sent = Sent>(
    predicate: ((sent: Sent) => sent is T) | ((sent: Sent) => boolean),
    patienceMs = 10_000,
  ): Promise<T> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const found = this.#sent.find((sent): sent is T => !this.#taken.has(sent.id) && predicate(sent));
      if (found) {
        this.#taken.add(found.id);
        return found;
      }
      if (!(await this.#more(deadline - Date.now()))) {
        throw new Error(`No matching message was sent within ${patienceMs} ms`);
      }
    }
  }

  /** The next push to a device. */
  nextPush(token: string, patienceMs?: number): Promise<Push> {
    return this.next((sent): sent is Push => sent.kind === 'push' && sent.token === token, patienceMs);
  }

  /** The next text message to a phone number. */
  nextSms(phoneNumber: string, patienceMs?: number): Promise<Sms> {
    return this.next((sent): sent is Sms => sent.kind === 'sms' && sent.phoneNumber === phoneNumber, patienceMs);
  }

  /** Waits for one more message. Resolves with false after a timeout. */
  #more(patienceMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), Math.max(0, patienceMs));
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }
}
