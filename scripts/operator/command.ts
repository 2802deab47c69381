import type { Deployment } from './deployment.ts';
import { UsageError } from './errors.ts';

export interface Option {
  /** What stands for its value in the help; undefined: it has none. */
  readonly value?: string;
  readonly multiple?: boolean;
  readonly summary: string;
}

/** What a command has to say: to people, and to programs (`--json`). */
export interface Output {
  readonly text: string;
  readonly json: unknown;
  /** Whether something was left undone; exit code 1. @default false */
  readonly failed?: boolean;
}

export interface Command {
  /** Its two words. */
  readonly name: `${string} ${string}`;
  /** What follows them. */
  readonly usage: string;
  readonly summary: string;
  readonly details?: string;
  readonly options: Readonly<Record<string, Option>>;
  readonly examples: readonly string[];
  run(input: Input, deployment: Deployment): Promise<Output>;
}

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** What stands on the command line after the command's own words. */
export class Input {
  readonly words: readonly string[];
  readonly #values: Values;

  constructor(values: Values, words: readonly string[]) {
    this.#values = values;
    this.words = words;
  }

  text(option: string): string | undefined {
    return this.texts(option)[0];
  }

  texts(option: string): string[] {
    return [this.#values[option] ?? []].flat().filter((value) => typeof value === 'string');
  }

  flag(option: string): boolean {
    return this.#values[option] === true;
  }

  /** The words, which must be as many as they have names. */
  exactly<const N extends readonly string[]>(...names: N): { [K in keyof N]: string } {
    this.none(names.length);
    // As many as there are names, and each a text: map() cannot say so.
    return names.map((name, n) => this.word(n, name)) as { [K in keyof N]: string };
  }

  /** @throws Misused when it is missing */
  word(n: number, name: string): string {
    const word = this.words[n];
    if (word === undefined) throw new UsageError(`${name} is missing`);
    return word;
  }

  /** @throws Misused when there are words after so many */
  none(after: number): void {
    const extra = this.words[after];
    if (extra !== undefined) throw new UsageError(`What is ${extra} to mean? There is nothing more to say here`);
  }
}
