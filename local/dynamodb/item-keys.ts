import * as z from 'zod/mini';
import { isObject, type Json, type JsonObject } from '../shared/json.ts';
import { type Model, readProperties } from '../template/model.ts';

const schema = z.object({ KeySchema: z.array(z.object({ AttributeName: z.string() })) });

/** An item that a request names. */
export interface ItemKey {
  readonly table: string;
  readonly key: JsonObject;
  /** Identifies the item among those of all tables. */
  readonly id: string;
}

/** Finds the keys of the items that requests name. */
export class ItemKeys {
  readonly #names: Map<string, string[]>;

  constructor(model: Model) {
    this.#names = new Map(
      model.ofType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable').map((resource) => {
        const { KeySchema } = readProperties(resource, schema);
        return [resource.identity().ref, KeySchema.map(({ AttributeName }) => AttributeName).sort()];
      }),
    );
  }

  /** The item with a key, or the item that is put. Undefined for input that the emulator rejects. */
  of({ TableName, Key, Item }: JsonObject): ItemKey | undefined {
    const item: Json | undefined = Key ?? Item;
    const table = String(TableName);
    const names = this.#names.get(table);
    if (!names || !isObject(item)) return undefined;
    const key = Object.fromEntries(names.map((name) => [name, item[name] ?? null]));
    return { table, key, id: JSON.stringify([table, ...Object.values(key)]) };
  }
}
