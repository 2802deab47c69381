import type { IncomingMessage } from 'node:http';
import type { Gate } from '../gate/gate.ts';
import { type Reply, readBody } from '../shared/http.ts';

/** Below this, AWS's own interfaces are served to the operator. */
const PREFIX = '/_aws';

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

export const isOperatorPath = (url = '/'): boolean => url === PREFIX || url.startsWith(`${PREFIX}/`);

/**
 * The operator's door to AWS, for which they need no secret: being on this machine is their proof. So a request must be for
 * a name of this machine; else a web page could lead its own name here, and be them.
 */
export async function serveOperator(request: IncomingMessage, gate: Gate): Promise<Reply> {
  const { method = 'GET', url = PREFIX, headers } = request;
  if (!LOOPBACK.test(headers.host ?? '')) return { status: 403 };
  return gate.answerOperator({ method, path: url.slice(PREFIX.length) || '/', headers, body: await readBody(request) });
}
