import type { Dice } from '../dice.ts';

const MOST = 400;
const ID = /^[a-zA-Z0-9_.-]{1,128}$/;

/** Ids that the server answered, for later inputs. So that inputs reach existing objects. */
export class Vocabulary {
  readonly #ids: string[];
  readonly #dice: Dice;

  constructor(dice: Dice, known: readonly string[]) {
    this.#dice = dice;
    this.#ids = [...known];
  }

  id(): string {
    return this.#dice.one(this.#ids);
  }

  /** Message ids sort by time, so that they are recognizable. */
  messageId(): string {
    const found = this.#ids.filter((id) => /^\d{14}-/.test(id));
    return found.length > 0 ? this.#dice.one(found) : '00000000000000-0000000000000000-00000000';
  }

  /** Learns the ids of an answer. Full, it replaces ids that it has. */
  learn(value: unknown): void {
    if (typeof value === 'string') {
      if (!ID.test(value) || !/\d/.test(value) || this.#ids.includes(value)) return;
      if (this.#ids.length < MOST) this.#ids.push(value);
      // The first ids are users that exist from the beginning.
      else this.#ids[20 + this.#dice.below(MOST - 20)] = value;
    } else if (typeof value === 'object' && value !== null) {
      for (const member of Object.values(value).slice(0, 20)) this.learn(member);
    }
  }
}
