import { randomBytes } from 'node:crypto';

/**
 * Connection and request ids in the format of API Gateway (`L0SM9cOFIAMCIdw=`): base64 that ends in an equals sign.
 * Callers must percent-encode it in URLs of the management API.
 */
export function gatewayId(): string {
  return `${randomBytes(11).toString('base64url')}=`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `09/Apr/2026:18:11:07 +0000`, the format of `requestContext.requestTime`. */
export function requestTime(epochMs: number): string {
  const [date = '', time = ''] = new Date(epochMs).toISOString().split('T');
  const [year, month, day] = date.split('-');
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`;
}
