import { randomUUID } from 'node:crypto';
import type { Reply } from '../shared/http.ts';
import { invalidParameter, type SnsError } from './errors.ts';

/** What an answer consists of: a list repeats its tag. */
export type Xml = string | Xml[] | { [tag: string]: Xml };

const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';

/**
 * The parameters of a call by AWS's Query protocol: a form, with maps as `Attributes.entry.1.key` and `.value`.
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

  /** @throws SnsError when it is missing */
  required(name: string): string {
    const value = this.#form.get(name);
    if (!value) throw invalidParameter(name, 'it must not be empty');
    return value;
  }

  map(name: string): Record<string, string> {
    return this.#entries(`${name}.entry`, 'key', 'value');
  }

  /** Message attributes, as far as they are text. */
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

/** A map as the protocol writes it. */
export function entries(map: Readonly<Record<string, string>>): Xml {
  return { entry: Object.entries(map).map(([key, value]) => ({ key, value })) };
}

export function success(operation: string, result: Xml | undefined): Reply {
  const metadata = { ResponseMetadata: { RequestId: randomUUID() } };
  const content = { ...(result !== undefined && { [`${operation}Result`]: result }), ...metadata };
  return reply(200, `${operation}Response`, content);
}

export function failure({ status, code, message }: SnsError): Reply {
  const Type = status < 500 ? 'Sender' : 'Receiver';
  return reply(status, 'ErrorResponse', { Error: { Type, Code: code, Message: message }, RequestId: randomUUID() });
}

function reply(status: number, tag: string, content: Xml): Reply {
  return {
    status,
    headers: { 'content-type': 'text/xml' },
    body: `<${tag} xmlns="${NAMESPACE}">${write(content)}</${tag}>`,
  };
}

function write(value: Xml): string {
  if (typeof value === 'string') return escapeMarkup(value);
  if (Array.isArray(value)) return value.map(write).join('');
  return Object.entries(value)
    .flatMap(([tag, content]) => (Array.isArray(content) ? content : [content]).map((one) => [tag, one] as const))
    .map(([tag, content]) => `<${tag}>${write(content)}</${tag}>`)
    .join('');
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as XML and HTML take it, between tags and in attributes. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
