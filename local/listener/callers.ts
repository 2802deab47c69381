import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/** Hostnames of this machine. */
const LOOPBACK = /^(127(\.\d{1,3}){3}|\[::1\]|localhost|.+\.localhost)$/;

/** In the list of allowed origins: every page. */
const ANY = '*';

/**
 * Whether to serve a request. Any page that a developer visits could use the local cloud, whose keys are public.
 * Browsers send the origin of the page. Other clients send none, and apps send `file://`.
 * @param allowed web origins of other machines whose pages are served
 */
export function isServed(headers: IncomingHttpHeaders, allowed: readonly string[]): boolean {
  return allowed.includes(ANY) || (mayCall(headers.origin, allowed) && isHostHere(headers.host, allowed));
}

function mayCall(origin: string | undefined, allowed: readonly string[]): boolean {
  if (origin === undefined || origin === 'file://' || allowed.includes(origin)) return true;
  return URL.canParse(origin) && LOOPBACK.test(new URL(origin).hostname);
}

/**
 * Whether a request was sent to this machine. The name of a web site can change its address to this machine (DNS
 * rebinding). The site's pages then send no origin, because their own site and the local cloud are the same to them.
 */
function isHostHere(host: string | undefined, allowed: readonly string[]): boolean {
  if (host === undefined) return true;
  if (!URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  if (LOOPBACK.test(hostname) || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return true;
  return allowed.some((origin) => URL.canParse(origin) && new URL(origin).hostname === hostname);
}
