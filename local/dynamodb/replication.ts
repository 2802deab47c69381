import { isObject, type Json, type JsonObject } from '../shared/json.ts';

/**
 * Items that eventually consistent reads do not see yet. On AWS, such a read can miss a write of a moment ago. The emulator
 * has no such delay.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html
 */
export class Replication {
  #late: string | undefined;

  /** Hides the items whose key contains a text from eventually consistent reads. Undefined ends that. */
  delay(text: string | undefined): void {
    this.#late = text;
  }

  /** The response to a read without the items that the read does not see; undefined if it sees all. */
  seen(operation: string, input: JsonObject, output: JsonObject): JsonObject | undefined {
    if (this.#late === undefined) return undefined;
    const isLate = (item: Json | undefined) => this.#isLate(item);
    switch (operation) {
      case 'GetItem': {
        const { Item, ...rest } = output;
        return input.ConsistentRead !== true && isLate(Item) ? rest : undefined;
      }
      case 'Query': {
        const { Items } = output;
        if (input.ConsistentRead === true || !Array.isArray(Items)) return undefined;
        return { ...output, Items: Items.filter((item) => !isLate(item)) };
      }
      case 'BatchGetItem': {
        const { Responses } = output;
        const { RequestItems } = input;
        if (!isObject(Responses) || !isObject(RequestItems)) return undefined;
        const seen = Object.entries(Responses).map(([table, items]): [string, Json] => {
          const wanted = RequestItems[table];
          const isConsistent = isObject(wanted) && wanted.ConsistentRead === true;
          return [table, Array.isArray(items) && !isConsistent ? items.filter((item) => !isLate(item)) : (items ?? [])];
        });
        return { ...output, Responses: Object.fromEntries(seen) };
      }
      default:
        return undefined;
    }
  }

  #isLate(item: Json | undefined): boolean {
    if (!isObject(item) || this.#late === undefined) return false;
    return JSON.stringify([item.pk, item.sk]).includes(this.#late);
  }
}
