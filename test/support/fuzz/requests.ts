import { app } from '../demo-app.ts';
import type { Described } from '../described.ts';
import type { Dice } from '../dice.ts';
import { hostile, mutateJson, mutateText } from './mutate.ts';
import type { Vocabulary } from './vocabulary.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly pattern?: string;
  readonly format?: string;
  readonly examples?: readonly unknown[];
  readonly example?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface FuzzedRequest {
  readonly method: string;
  /** The path of the description, to find the schema of the answer. */
  readonly template: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** Generates requests from an OpenAPI description: with valid values, wrong values and wrong characters. */
export class Requests {
  readonly #api: Described;
  readonly #dice: Dice;
  readonly #words: Vocabulary;
  readonly #appId: string;
  readonly #operations: ReturnType<Described['operations']>;

  /** @param chosen selects operations by their path. @default all */
  constructor(api: Described, dice: Dice, words: Vocabulary, appId: string, chosen = (_path: string) => true) {
    this.#api = api;
    this.#dice = dice;
    this.#words = words;
    this.#appId = appId;
    this.#operations = api.operations().filter(([, path]) => chosen(path));
  }

  next(): FuzzedRequest {
    const dice = this.#dice;
    const [method, template, { parameters, requestBody }] = dice.one(this.#operations);
    const value = (schema: object) => {
      const valid = this.#value(schema);
      const chosen = dice.chance(0.1) ? hostile(dice) : valid;
      return typeof chosen === 'string' ? chosen : (JSON.stringify(chosen) ?? '');
    };
    const inPath = new Map(parameters.filter((one) => one.in === 'path').map((one) => [one.name, one.schema]));
    const path = template.replace(/\{(\w+)\}/g, (_, name) =>
      // An empty segment leads to another endpoint.
      encodeURIComponent(value(inPath.get(name) ?? { type: 'string' }).toWellFormed() || 'none'),
    );
    const query = new URLSearchParams();
    for (const one of parameters) if (one.in === 'query' && dice.chance(0.4)) query.append(one.name, value(one.schema));
    const search = dice.chance(0.1) ? mutateText(dice, String(query)) : String(query);
    const schema = Object(Object(Object(requestBody).content)['application/json']).schema;
    const body = schema === undefined ? undefined : this.#body(schema);
    return {
      method,
      template,
      url: `${path}${search === '' ? '' : `?${search}`}`,
      headers: this.#headers(),
      ...(body !== undefined && method !== 'GET' && { body }),
    };
  }

  #body(schema: Schema): string | undefined {
    const dice = this.#dice;
    const valid = this.#value(schema);
    const text = JSON.stringify(dice.chance(0.5) ? mutateJson(dice, valid) : valid);
    return text !== undefined && dice.chance(0.1) ? mutateText(dice, text) : text;
  }

  #headers(): Record<string, string> {
    const dice = this.#dice;
    const keys: Record<string, string> = dice.chance(0.5)
      ? { 'X-ML-MasterKey': app.masterKey }
      : { 'X-ML-APIKey': app.clientKey };
    if (dice.chance(0.05)) keys[dice.one(['X-ML-Session-Token', 'X-ML-Request-Sign', 'X-ML-MasterKey'])] = 'a.b,c';
    return { 'X-ML-AppId': this.#appId, ...keys };
  }

  /** A value that a schema allows, as far as a pattern can be guessed. */
  #value(schema: Schema, depth = 0): unknown {
    const dice = this.#dice;
    const { $ref } = schema;
    if ($ref !== undefined) {
      const found = $ref
        .split('/')
        .slice(1)
        .reduce((at: unknown, key) => Object(at)[key], this.#api.document);
      return this.#value(Object(found), depth);
    }
    if (schema.const !== undefined) return schema.const;
    if (schema.enum) return dice.one(schema.enum);
    const examples = [...(schema.examples ?? []), ...(schema.example === undefined ? [] : [schema.example])];
    if (examples.length > 0 && dice.chance(0.5)) return dice.one(examples);
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices && choices.length > 0) return this.#value(dice.one(choices), depth);
    if (schema.allOf) return Object.assign({}, ...schema.allOf.map((one) => this.#value(one, depth)));
    const type = typeof schema.type === 'string' ? schema.type : schema.type?.[0];
    switch (type) {
      case 'object': {
        const { properties = {}, required = [], additionalProperties } = schema;
        const kept = Object.entries(properties).filter(([name]) => required.includes(name) || dice.chance(0.5));
        const own = Object.fromEntries(kept.map(([name, one]) => [name, this.#value(one, depth + 1)]));
        const any =
          typeof additionalProperties === 'object' && depth < 3 ? this.#value(additionalProperties, depth + 1) : 1;
        return additionalProperties ? { ...own, [this.#words.id()]: any } : own;
      }
      case 'array':
        return Array.from({ length: depth > 3 ? 0 : dice.below(4) }, () => this.#value(schema.items ?? {}, depth + 1));
      case 'integer':
      case 'number':
        return dice.one([schema.minimum ?? 0, schema.maximum ?? 100, dice.below(10)]);
      case 'boolean':
        return dice.chance(0.5);
      case 'null':
        return null;
      case 'string':
        return /\\d\{14\}/.test(schema.pattern ?? '') ? this.#words.messageId() : this.#words.id();
      default:
        return dice.one<unknown>([this.#words.id(), 1, true, { a: [1] }]);
    }
  }
}
