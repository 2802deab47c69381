import * as z from 'zod/mini';
import { corsHeaders } from '../http/cors.ts';
import { open, poll, post } from '../http/polling.ts';
import { PollingError } from '../http/polling-request.ts';
import { observed } from '../observe/observed.ts';
import { type Eio, OCTET_STREAM, parseEio } from '../protocol/index.ts';
import { clientAddress } from '../shared/client-address.ts';
import { readSid } from '../shared/sid.ts';

const Event = z.object({
  headers: z._default(z.record(z.string(), z.string()), {}),
  queryStringParameters: z._default(z.record(z.string(), z.string()), {}),
  requestContext: z.object({ http: z.object({ method: z.string() }), timeEpoch: z.number() }),
  body: z._default(z.string(), ''),
  isBase64Encoded: z._default(z.boolean(), false),
});
type Event = z.output<typeof Event>;

interface Answer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Handles a request of Engine.IO's long-polling transport, with which Socket.IO clients start by default. */
export const handler = observed(async (input: unknown): Promise<Answer> => {
  const event = Event.parse(input);
  const cors = corsHeaders(event.headers);
  if (event.requestContext.http.method === 'OPTIONS') return { statusCode: 204, headers: cors, body: '' };
  try {
    return answer(200, TEXT, await serve(event), cors);
  } catch (error) {
    if (!(error instanceof PollingError)) throw error;
    return answer(error.status, 'application/json', JSON.stringify(error.shown), cors);
  }
});

const TEXT = 'text/plain; charset=UTF-8';

const answer = (statusCode: number, type: string, body: string, cors: Record<string, string>): Answer => ({
  statusCode,
  headers: { ...cors, 'content-type': type, 'cache-control': 'no-store' },
  body,
});

/** @throws PollingError */
async function serve(event: Event): Promise<string> {
  const {
    http: { method },
    timeEpoch,
  } = event.requestContext;
  const { transport, sid, EIO, auth } = event.queryStringParameters;
  if (transport !== 'polling') throw new PollingError('transport');
  const eio = parseEio(EIO);
  if (!eio) throw new PollingError('version');
  if (!sid) {
    if (method !== 'GET') throw new PollingError('method');
    return open(eio);
  }
  const session = readSid(sid);
  if (!session) throw new PollingError('sid');
  if (session.eio !== eio) throw new PollingError('request');
  const request = { session, auth, address: clientAddress(event.headers), arrival: timeEpoch };
  if (method === 'GET') return poll(request);
  if (method !== 'POST') throw new PollingError('request');
  await post(request, bodyOf(event, eio));
  return 'ok';
}

/** API Gateway encodes bodies as base64 unless their type is text. */
function bodyOf({ headers, body, isBase64Encoded }: Event, eio: Eio): string | Buffer {
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  const isBinary = headers['content-type'] === OCTET_STREAM;
  if (isBinary && eio === 4) throw new PollingError('request');
  return isBinary ? bytes : bytes.toString();
}
