import type { Reply } from '../shared/http.ts';
import { queryFailure, querySuccess, type Xml } from '../shared/query-protocol.ts';
import { invalidParameter, type SnsError } from './errors.ts';

const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';

/**
 * The parameters of a call in the AWS Query protocol: a form, with maps as `Attributes.entry.1.key` and `.value`.
 * Source: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export class Parameters {
  readonly #form: URLSearchParams;

  constructor(body: string) {
    this.#form = new URLSearchParams(body);
  }

  text(name: string): string | undefined {
    return this.#form.get(name) ?? undefined;
  }

  /** @throws SnsError if it is missing */
  required(name: string): string {
    const value = this.#form.get(name);
    if (!value) throw invalidParameter(name, 'it must not be empty');
    return value;
  }

  map(name: string): Record<string, string> {
    return this.#entries(`${name}.entry`, 'key', 'value');
  }

  /** The text message attributes. */
  messageAttributes(): Record<string, string> {
    return this.#entries('MessageAttributes.entry', 'Name', 'Value.StringValue');
  }

  #entries(prefix: string, key: string, value: string): Record<string, string> {
    const found: [string, string][] = [];
    for (let n = 1; this.#form.has(`${prefix}.${n}.${key}`); n++) {
      found.push([this.#form.get(`${prefix}.${n}.${key}`) ?? '', this.#form.get(`${prefix}.${n}.${value}`) ?? '']);
    }
    return Object.fromEntries(found);
  }
}

/** A map in the notation of the protocol. */
export function entries(map: Readonly<Record<string, string>>): Xml {
  return { entry: Object.entries(map).map(([key, value]) => ({ key, value })) };
}

export const success = (operation: string, result: Xml | undefined): Reply =>
  querySuccess(NAMESPACE, operation, result);

export const failure = (error: SnsError): Reply => queryFailure(NAMESPACE, error);
