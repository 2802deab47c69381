import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { REGION } from '../template/names.ts';

/** AWS Signature Version 4 for S3. */
export interface Scope {
  accessKeyId: string;
  /** YYYYMMDD */
  date: string;
  region: string;
}

export const ALGORITHM = 'AWS4-HMAC-SHA256';

/** `ASIA.../20261123/us-east-1/s3/aws4_request`; undefined for anything else. */
export function readCredential(credential: string): Scope | undefined {
  const [accessKeyId, date, region, service, end, ...more] = credential.split('/');
  if (!accessKeyId || !/^\d{8}$/.test(date ?? '') || more.length > 0) return undefined;
  return service === 's3' && end === 'aws4_request' && region === REGION && date
    ? { accessKeyId, date, region }
    : undefined;
}

/** `20261123T141409Z` in milliseconds; NaN for anything else. */
export function readDate(text: string): number {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

export interface Canonical {
  method: string;
  /** As received. */
  path: string;
  search: string;
  signedHeaders: string[];
  header(name: string): string;
  payloadHash: string;
}

/** The string to sign. The signature itself is not part of a signed query. */
export function stringToSign({ date, region }: Scope, timestamp: string, request: Canonical): string {
  const query = request.search
    .split('&')
    .filter((pair) => pair !== '' && !pair.startsWith('X-Amz-Signature='))
    .map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    })
    .map(([name = '', value = '']) => [reencode(name), reencode(value)] as const)
    .sort(([leftName, left], [rightName, right]) => order(leftName, rightName) || order(left, right))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const path = request.path
    .split('/')
    .map((segment) => reencode(segment))
    .join('/');
  const headers = request.signedHeaders.map((name) => `${name}:${request.header(name).trim().replace(/ +/g, ' ')}\n`);
  const canonical = [
    request.method,
    path,
    query,
    headers.join(''),
    request.signedHeaders.join(';'),
    request.payloadHash,
  ].join('\n');
  const hash = createHash('sha256').update(canonical).digest('hex');
  return [ALGORITHM, timestamp, `${date}/${region}/s3/aws4_request`, hash].join('\n');
}

export function sign({ date, region }: Scope, secret: string, text: string): string {
  const key = [date, region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (previous, part) => createHmac('sha256', previous).update(part).digest(),
    `AWS4${secret}`,
  );
  return createHmac('sha256', key).update(text).digest('hex');
}

export function equalSignatures(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Normalizes percent-encoding as AWS does. */
function reencode(text: string): string {
  let decoded = text;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    // Invalid encoding is taken literally.
  }
  return encodeRfc3986(decoded);
}

export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function order(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
