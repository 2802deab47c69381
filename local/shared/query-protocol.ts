import { randomUUID } from 'node:crypto';
import type { Reply } from './http.ts';

/** The content of a response. A list repeats its tag. */
export type Xml = string | Xml[] | { [tag: string]: Xml };

/** An error of the protocol. */
export interface QueryFailure {
  status: number;
  code: string;
  message: string;
}

/**
 * The response of an operation in the AWS Query protocol.
 * Source: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export function querySuccess(namespace: string, operation: string, result: Xml | undefined): Reply {
  const metadata = { ResponseMetadata: { RequestId: randomUUID() } };
  const content = { ...(result !== undefined && { [`${operation}Result`]: result }), ...metadata };
  return reply(namespace, 200, `${operation}Response`, content);
}

export function queryFailure(namespace: string, { status, code, message }: QueryFailure): Reply {
  const Type = status < 500 ? 'Sender' : 'Receiver';
  const content = { Error: { Type, Code: code, Message: message }, RequestId: randomUUID() };
  return reply(namespace, status, 'ErrorResponse', content);
}

function reply(namespace: string, status: number, tag: string, content: Xml): Reply {
  return {
    status,
    headers: { 'content-type': 'text/xml' },
    body: `<${tag} xmlns="${namespace}">${write(content)}</${tag}>`,
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

/** Escapes text for XML and HTML content and attributes. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
