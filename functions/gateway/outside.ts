import { lookup } from 'node:dns';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { hostOf, isLocalHost, isPrivateAddress, isPublicAddress } from '../shared/public-address.ts';

/** Maximum characters of a response. */
const MAX_RESPONSE = 64 * 1024;

/** The longest time that an unused connection is kept, in ms. */
const IDLE_MS = 4000;

/** Resolves a name, and refuses it if any of its addresses is private: then the connection uses a checked address. */
const publicLookup: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, []);
    const hidden = addresses.find(({ address }) => !isPublicAddress(address));
    if (hidden && !isLocalHost(host)) return done(new Error(`${host} has a private address`), []);
    if (options.all) return done(null, addresses);
    const [first] = addresses;
    return first ? done(null, first.address, first.family) : done(new Error(`${host} has no address`), []);
  });
};

const agents = {
  'https:': new HttpsAgent({ keepAlive: true, timeout: IDLE_MS, lookup: publicLookup }),
  'http:': new HttpAgent({ keepAlive: true, timeout: IDLE_MS }),
};

/**
 * Why the server makes no requests to a URL that an application registered. Undefined for a URL that it accepts: with
 * https, without credentials, and not to a private address.
 */
export function reasonAgainst(url: URL): string | undefined {
  if (isLocalHost(hostOf(url))) return undefined;
  if (url.protocol !== 'https:') return 'expected a URL with https';
  if (url.username !== '' || url.password !== '') return 'expected a URL without a user name and password';
  if (isPrivateAddress(hostOf(url))) return 'expected a public address';
  return undefined;
}

/** The same for a host name: whether it resolves to public addresses. */
export function resolvesPublicly(url: URL): Promise<boolean> {
  return new Promise((resolve) => {
    publicLookup(hostOf(url), { all: true }, (error) => resolve(error === null));
  });
}

export interface OutsideRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Maximum time until the response is complete, in ms. */
  readonly timeoutMs: number;
}

interface OutsideResponse {
  readonly status: number;
  readonly body: string;
}

/**
 * Posts to the server of a webhook. Redirects are not followed. A reused connection that was closed meanwhile is
 * replaced once.
 * @returns the body of the response
 * @throws when there is no response with a status of 2xx in time, the certificate is invalid, or the address is private
 */
export async function postOutside(url: URL, request: OutsideRequest): Promise<string> {
  const reason = reasonAgainst(url);
  if (reason !== undefined) throw new Error(`${url.host}: ${reason}`);
  const deadline = Date.now() + request.timeoutMs;
  const response = (await attempt(url, request, deadline)) ?? (await attempt(url, request, deadline, true));
  const { status, body } = response ?? gone(url);
  if (status < 200 || status > 299) throw new Error(`The webhook answered ${status}`);
  return body;
}

function gone({ host }: URL): never {
  throw new Error(`${host} closed the connection`);
}

/** @returns undefined when a reused connection was closed */
function attempt(
  url: URL,
  { headers, body, timeoutMs }: OutsideRequest,
  deadline: number,
  fresh = false,
): Promise<OutsideResponse | undefined> {
  return new Promise((resolve, reject) => {
    const isHttp = url.protocol === 'http:';
    const start = isHttp ? httpRequest : httpsRequest;
    const agent = fresh ? false : agents[isHttp ? 'http:' : 'https:'];
    const lookupOption = isHttp ? {} : { lookup: publicLookup };
    const outgoing = start(url, { method: 'POST', agent, headers, ...lookupOption });
    const timeout = setTimeout(
      () => outgoing.destroy(new Error(`${url.host} did not answer within ${timeoutMs} ms`)),
      Math.max(1, deadline - Date.now()),
    );
    outgoing.on('response', (response) => readText(response, resolve, reject));
    // Without this, such a response would only close the request, which would then never settle.
    outgoing.on('upgrade', (_, socket) => {
      socket.destroy();
      reject(new Error(`${url.host} switched protocols`));
    });
    outgoing.on('error', (error) => {
      const isReset = 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      if (outgoing.reusedSocket && isReset) resolve(undefined);
      else reject(error);
    });
    outgoing.on('close', () => clearTimeout(timeout));
    outgoing.end(body);
  });
}

function readText(
  response: IncomingMessage,
  resolve: (response: OutsideResponse) => void,
  reject: (error: Error) => void,
): void {
  const { statusCode: status = 0 } = response;
  let body = '';
  response.setEncoding('utf8');
  response.on('data', (text: string) => {
    body += text;
    if (body.length > MAX_RESPONSE) response.destroy(new Error(`The response exceeds ${MAX_RESPONSE} characters`));
  });
  response.on('end', () => resolve({ status, body }));
  response.on('error', reject);
}
