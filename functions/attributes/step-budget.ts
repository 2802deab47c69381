import { ChatError, ERROR } from '../shared/errors.ts';

/** How many steps one search may take: at most about 0.3 s of computing. */
const MOST_STEPS = 5_000_000;

/** Limits the work of one request. */
export class StepBudget {
  #left = MOST_STEPS;

  /** @throws ChatError 5018 when the request has taken more steps than it may */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) {
      throw new ChatError(
        ERROR.badQuery,
        'The search compares too many long values; use a shorter or narrower pattern',
      );
    }
  }
}
