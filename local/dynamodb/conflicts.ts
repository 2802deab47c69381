import * as z from 'zod/mini';
import { isObject, type Json, type JsonObject } from '../shared/json.ts';
import { type Model, readProperties } from '../template/model.ts';

const WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);

const schema = z.object({ KeySchema: z.array(z.object({ AttributeName: z.string() })) });

/** How a request meets a transaction: alone, or for each item of its own transaction. */
export type Conflict = 'plain' | boolean[];

/**
 * The items of transactions under way. On AWS, what else would write them fails at once, and so do other transactions.
 * The emulator knows no such conflicts: it does one thing after the other.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
 */
export class Conflicts {
  readonly #keys: Map<string, string[]>;
  readonly #transactionMs: number;
  readonly #underWay = new Set<string>();
  #due = 0;

  /** @param transactionMs for how long each transaction is under way at least */
  constructor(model: Model, transactionMs: number) {
    this.#transactionMs = transactionMs;
    this.#keys = new Map(
      model.ofType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable').map((resource) => {
        const { KeySchema } = readProperties(resource, schema);
        return [resource.identity().ref, KeySchema.map(({ AttributeName }) => AttributeName).sort()];
      }),
    );
  }

  /** The next so many plain writes meet a transaction. */
  force(writes: number): void {
    this.#due = writes;
  }

  /** Runs a request, unless it meets a transaction. */
  async run<T>(operation: string, input: JsonObject, work: () => Promise<T>): Promise<T | { conflict: Conflict }> {
    if (WRITES.has(operation)) {
      if (this.#due > 0) {
        this.#due -= 1;
        return { conflict: 'plain' };
      }
      const item = this.#identity(input);
      return item !== undefined && this.#underWay.has(item) ? { conflict: 'plain' } : work();
    }
    if (operation !== 'TransactWriteItems' && operation !== 'TransactGetItems') return work();
    const items = this.#itemsOf(input);
    const met = items.map((item) => item !== undefined && this.#underWay.has(item));
    if (met.includes(true)) return { conflict: met };
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

  /** The items of a transaction, in its order. */
  #itemsOf({ TransactItems: items }: JsonObject): (string | undefined)[] {
    return (Array.isArray(items) ? items : []).map((item) => {
      const [details] = isObject(item) ? Object.values(item) : [];
      return isObject(details) ? this.#identity(details) : undefined;
    });
  }

  /** An item by its table and key; undefined for what the emulator will refuse. */
  #identity({ TableName: table, Key, Item }: JsonObject): string | undefined {
    const item: Json | undefined = Key ?? Item;
    const names = this.#keys.get(String(table));
    if (!names || !isObject(item)) return undefined;
    return JSON.stringify([table, ...names.map((name) => item[name] ?? null)]);
  }
}
