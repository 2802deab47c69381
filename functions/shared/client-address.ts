/** The first four groups of an IPv6 address. A network has at least these for itself. */
const IPV6_GROUPS = 4;

/**
 * The network address of a client, from `X-Forwarded-For`: an IPv4 address, or the /64 network of an IPv6 address.
 * CloudFront appends the address of the client, and API Gateway that of CloudFront. Earlier entries come from the client.
 * A client that uses the API without CloudFront can choose its address, so this is no identity.
 */
export function clientAddress(headers: Readonly<Record<string, string>>): string | undefined {
  const name = Object.keys(headers).find((header) => header.toLowerCase() === 'x-forwarded-for');
  const senders = (name === undefined ? '' : (headers[name] ?? '')).split(',').map((entry) => entry.trim());
  const address = senders.at(-2) ?? senders.at(-1);
  return address ? networkOf(address) : undefined;
}

function networkOf(address: string): string {
  if (!address.includes(':')) return address.slice(0, MAX_LENGTH);
  const [before = '', after] = address.toLowerCase().split('::');
  const left = before.split(':').filter(Boolean);
  const right = (after ?? '').split(':').filter(Boolean);
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  const groups = after === undefined ? left : [...left, ...zeros, ...right];
  return groups.slice(0, IPV6_GROUPS).join(':').slice(0, MAX_LENGTH);
}

/** Longer than any address, for what a client may send as one. */
const MAX_LENGTH = 64;
