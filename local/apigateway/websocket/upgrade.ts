import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import * as z from 'zod/mini';
import { gatewayId } from '../ids.ts';
import { type Integrator, WEBSOCKET_TIMEOUT_MS } from '../integration.ts';
import type { Api } from '../template.ts';
import { authorize } from './authorizer.ts';
import { type ConnectionFacts, connectEvent, headersOf, queryOf, routeArn } from './events.ts';

export type Admission =
  | { admitted: true; facts: ConnectionFacts; protocol: string | undefined }
  | { admitted: false; status: number; connectionId: string; body?: string };

/** The result of a $connect integration. Statuses other than 2xx are passed to the client. */
export const proxyResponse = z.object({
  statusCode: z.int(),
  headers: z.optional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
  body: z.optional(z.string()),
});

/** Handles an upgrade request: the authorizer first, then the $connect integration. */
export async function admit(api: Api, request: IncomingMessage, integrator: Integrator): Promise<Admission> {
  const connectionId = gatewayId();
  const refuse = (status: number, body?: string): Admission => ({
    admitted: false,
    status,
    connectionId,
    ...(body === undefined ? {} : { body }),
  });
  let facts: ConnectionFacts = {
    api,
    connectionId,
    connectedAt: Date.now(),
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
    userAgent: request.headers['user-agent'],
    authorizer: undefined,
  };
  const headers = headersOf(request, api);
  const query = queryOf(request);
  const route = api.routes.get('$connect');

  if (route?.authorizer) {
    const authorization = await authorize(route.authorizer, facts, headers, query, integrator);
    if (!authorization.allowed) return refuse(authorization.status);
    facts = { ...facts, authorizer: authorization.context };
  }
  if (!route?.fn) return { admitted: true, facts, protocol: undefined };

  const event = connectEvent(facts, headers, query);
  const sourceArn = routeArn(api, '$connect');
  const result = await integrator.invoke(route.fn, event, 'websocket $connect', sourceArn, WEBSOCKET_TIMEOUT_MS);
  // A function error is 502, a timeout 504. A missing permission of API Gateway is 500.
  if (!result.ok) return refuse(result.reason === 'function' ? 502 : result.reason === 'timeout' ? 504 : 500);
  const response = z.safeParse(proxyResponse, result.value);
  if (!response.success) return refuse(502);
  const { statusCode, body } = response.data;
  if (statusCode < 200 || statusCode > 299) return refuse(statusCode, body);
  const chosen = Object.entries(response.data.headers ?? {}).find(
    ([name]) => name.toLowerCase() === 'sec-websocket-protocol',
  );
  return { admitted: true, facts, protocol: chosen && String(chosen[1]) };
}

const MESSAGES: Record<number, string> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  414: 'Request-URI Too Long',
  429: 'Too Many Requests',
};

/** Answers an upgrade request with an HTTP response and closes the socket. */
export function refuseUpgrade(socket: Duplex, { status, connectionId, body }: Admission & { admitted: false }): void {
  const message = MESSAGES[status] ?? 'Internal server error';
  refuse(socket, status, body ?? JSON.stringify({ message, connectionId, requestId: gatewayId() }));
}

export function refuse(
  socket: Duplex,
  status: number,
  content = JSON.stringify({ message: MESSAGES[status] ?? 'Internal server error' }),
): void {
  const lines = [
    `HTTP/1.1 ${status} ${MESSAGES[status] ?? 'Refused'}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(content)}`,
    'Connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${content}`);
}
