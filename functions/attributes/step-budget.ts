import { ChatError, ERROR } from '../shared/errors.ts';

/** Maximum steps of one search: about 0.3 s of CPU time. */
const MOST_STEPS = 5_000_000;

/** Limits the work of one request. */
export class StepBudget {
  #left = MOST_STEPS;

  /** @throws ChatError 5018 when the request exceeds its steps */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) {
      throw new ChatError(ERROR.badQuery, 'The search exceeds the comparison limit; use a shorter or narrower pattern');
    }
  }
}
