import type { IncomingMessage } from 'node:http';
import type { Gate } from '../gate/gate.ts';
import { type Reply, readBody } from '../shared/http.ts';

/** The path prefix of the AWS APIs for the operator. */
const PREFIX = '/_aws';

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

export const isOperatorPath = (url = '/'): boolean => url === PREFIX || url.startsWith(`${PREFIX}/`);

/**
 * The AWS endpoint of the operator. It needs no secret, because only local processes can reach it. The Host header must
 * name this machine, which prevents DNS rebinding by web pages.
 */
export async function serveOperator(request: IncomingMessage, gate: Gate): Promise<Reply> {
  const { method = 'GET', url = PREFIX, headers } = request;
  if (!LOOPBACK.test(headers.host ?? '')) return { status: 403 };
  return gate.answerOperator({ method, path: url.slice(PREFIX.length) || '/', headers, body: await readBody(request) });
}
