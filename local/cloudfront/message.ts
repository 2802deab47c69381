import type { IncomingMessage } from 'node:http';
import { splitUrl } from '../shared/http.ts';

/** Names in lower case. */
export type HeaderValues = Record<string, string[]>;

/** A request in CloudFront, without its body. */
export interface EdgeRequest {
  method: string;
  /** The path as received, still encoded. */
  uri: string;
  /** As received, without the question mark. */
  querystring: string;
  headers: HeaderValues;
}

export function readEdgeRequest(request: IncomingMessage): EdgeRequest {
  const [uri, querystring] = splitUrl(request.url);
  const headers: HeaderValues = Object.create(null);
  for (const [name, values] of Object.entries(request.headersDistinct)) if (values) headers[name] = values;
  return { method: request.method ?? 'GET', uri, querystring, headers };
}

/** Sets the target and the headers of an origin request. Header names keep the viewer's spelling. */
export function readdress(request: IncomingMessage, { uri, querystring, headers }: EdgeRequest): void {
  const spelled = new Map(request.rawHeaders.filter((_, i) => i % 2 === 0).map((name) => [name.toLowerCase(), name]));
  const entries = Object.entries(headers);
  request.url = querystring === '' ? uri : `${uri}?${querystring}`;
  request.rawHeaders = entries.flatMap(([name, values]) =>
    values.flatMap((value) => [spelled.get(name) ?? name, value]),
  );
  request.headers = joined(headers);
  request.headersDistinct = headers;
}

export function joined(headers: HeaderValues): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, values]) => [name, values.join(name === 'cookie' ? '; ' : ', ')]),
  );
}
