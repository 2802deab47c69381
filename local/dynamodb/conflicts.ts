import type { Chaos } from '../chaos.ts';
import { isObject, type JsonObject } from '../shared/json.ts';
import type { ItemKeys } from './item-keys.ts';

const WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);

/** A conflict with a transaction: of a single write, or of each item of another transaction. */
export type Conflict = 'plain' | boolean[];

/**
 * The items of transactions in progress. On AWS, other writes and transactions on these items fail at once.
 * The emulator has no such conflicts, because it runs one request after the other.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
 */
export class Conflicts {
  readonly #keys: ItemKeys;
  readonly #transactionMs: number;
  readonly #underWay = new Set<string>();
  readonly #chaos: Chaos;
  #due = 0;
  #table = '';

  /** @param transactionMs the minimum duration of each transaction */
  constructor(keys: ItemKeys, transactionMs: number, chaos: Chaos) {
    this.#keys = keys;
    this.#transactionMs = transactionMs;
    this.#chaos = chaos;
  }

  /**
   * Makes the next writes of single items conflict with a transaction.
   * @param table only writes to tables whose name contains this
   */
  force(writes: number, table: string): void {
    this.#due = writes;
    this.#table = table;
  }

  /** Runs a request, unless it conflicts with a transaction. */
  async run<T>(operation: string, input: JsonObject, work: () => Promise<T>): Promise<T | { conflict: Conflict }> {
    if (WRITES.has(operation)) {
      if (this.#chaos.conflicts()) return { conflict: 'plain' };
      if (this.#due > 0 && String(input.TableName).includes(this.#table)) {
        this.#due -= 1;
        return { conflict: 'plain' };
      }
      const item = this.#keys.of(input)?.id;
      return item !== undefined && this.#underWay.has(item) ? { conflict: 'plain' } : work();
    }
    if (operation !== 'TransactWriteItems' && operation !== 'TransactGetItems') return work();
    const items = this.#itemsOf(input);
    const met = items.map((item) => item !== undefined && this.#underWay.has(item));
    if (met.includes(true)) return { conflict: met };
    if (this.#chaos.conflicts()) return { conflict: items.map((_, n) => n === 0) };
    if (operation === 'TransactGetItems') return work();
    for (const item of items) if (item !== undefined) this.#underWay.add(item);
    try {
      const [outcome] = await Promise.all([
        work(),
        this.#transactionMs > 0 && new Promise((resolve) => setTimeout(resolve, this.#transactionMs)),
      ]);
      return outcome;
    } finally {
      for (const item of items) if (item !== undefined) this.#underWay.delete(item);
    }
  }

  /** The items of a transaction, in order. */
  #itemsOf({ TransactItems: items }: JsonObject): (string | undefined)[] {
    return (Array.isArray(items) ? items : []).map((item) => {
      const [details] = isObject(item) ? Object.values(item) : [];
      return isObject(details) ? this.#keys.of(details)?.id : undefined;
    });
  }
}
