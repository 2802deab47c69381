import { Unavailable } from './tools.ts';

/** Runs checks, prints their results and counts them. */
export class CheckReport {
  #passed = 0;
  #failed = 0;
  #skipped = 0;

  get failed(): number {
    return this.#failed;
  }

  get skipped(): number {
    return this.#skipped;
  }

  /**
   * Returns whether the check passed. Skips it if a tool is unavailable.
   * @param run can return a summary
   */
  async check(name: string, run: () => Promise<unknown>): Promise<boolean> {
    let summary: unknown;
    try {
      summary = await run();
    } catch (error) {
      if (error instanceof Unavailable) {
        this.#skipped += 1;
        console.log(`  SKIPPED: ${name}: ${error.message}`);
      } else {
        this.#failed += 1;
        console.log(`  FAILED: ${name}\n${error instanceof Error ? error.message : error}`);
      }
      return false;
    }
    this.#passed += 1;
    console.log(`  passed: ${name}${typeof summary === 'string' ? `: ${summary}` : ''}`);
    return true;
  }

  toString(): string {
    return `${this.#passed} passed, ${this.#failed} failed, ${this.#skipped} skipped`;
  }
}
