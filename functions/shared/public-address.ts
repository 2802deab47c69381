import { BlockList, isIP } from 'node:net';
import { ENV } from './constants.ts';

/** Networks that are not part of the public internet: https://www.iana.org/assignments/iana-ipv4-special-registry */
const RESERVED_4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];

/** The public part of IPv6 is 2000::/3. These are the parts of it that lead elsewhere, or to an address of IPv4. */
const RESERVED_6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

function networks(list: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const blocks = new BlockList();
  for (const network of list) {
    const [address = '', bits] = network.split('/');
    blocks.addSubnet(address, Number(bits), family);
  }
  return blocks;
}

const listed = () => ({
  reserved4: networks(RESERVED_4, 'ipv4'),
  reserved6: networks(RESERVED_6, 'ipv6'),
  public6: networks(['2000::/3'], 'ipv6'),
});

/** Built at the first use, because all functions that read settings load this module. */
let lists: ReturnType<typeof listed> | undefined;

/** Whether an IP address belongs to the public internet. Functions must not be led to any other. */
export function isPublicAddress(address: string): boolean {
  lists ??= listed();
  switch (isIP(address)) {
    case 4:
      return !lists.reserved4.check(address, 'ipv4');
    case 6:
      return lists.public6.check(address, 'ipv6') && !lists.reserved6.check(address, 'ipv6');
    default:
      return false;
  }
}

/** Hosts that may be private and need no certificate. Only the local cloud sets them. */
const local: ReadonlySet<string> = new Set(process.env[ENV.localHosts]?.split(','));

export const isLocalHost = (host: string): boolean => local.has(host);

/** The host of a URL, without the brackets of an IPv6 address. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

/** Whether a host is an IP address that does not belong to the public internet. */
export const isPrivateAddress = (host: string): boolean => isIP(host) !== 0 && !isPublicAddress(host);
