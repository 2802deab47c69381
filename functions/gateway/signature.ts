import { createHash, createHmac } from 'node:crypto';
import { requireEnv } from '../shared/environment.ts';

/** A request to sign. It has no query. */
export interface Unsigned {
  readonly method: string;
  readonly host: string;
  /** As sent, percent-encoded. */
  readonly path: string;
  /** Headers to sign in addition to `host`, with lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The last key of each service. A key depends on the secret of the role and on the day. */
const keys = new Map<string, { readonly of: string; readonly key: Buffer }>();

/**
 * Signs a request to an AWS API with the role of the function.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * @returns all headers to send
 */
export function sign(
  service: string,
  { method, host, path, headers, body }: Unsigned,
  now = new Date(),
): Record<string, string> {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const day = time.slice(0, 8);
  const region = requireEnv('AWS_REGION');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const signed: Record<string, string> = {
    ...headers,
    host,
    'x-amz-date': time,
    'x-amz-security-token': requireEnv('AWS_SESSION_TOKEN'),
  };
  const names = Object.keys(signed).sort();
  const list = names.join(';');
  const lines = names.map((name) => `${name}:${signed[name]}\n`).join('');
  const request = `${method}\n${encodePath(path)}\n\n${lines}\n${list}\n${sha256(body)}`;
  const signature = hmac(keyOf(service, region, day), `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(request)}`);
  const credential = `${requireEnv('AWS_ACCESS_KEY_ID')}/${scope}`;
  signed.authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${list}, Signature=${signature.toString('hex')}`;
  return signed;
}

/** Deriving a key takes four hashes, so it is kept. */
function keyOf(service: string, region: string, day: string): Buffer {
  const secret = requireEnv('AWS_SECRET_ACCESS_KEY');
  const of = `${secret} ${region} ${day}`;
  const known = keys.get(service);
  if (known?.of === of) return known.key;
  const key = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secret}`, day));
  keys.set(service, { of, key });
  return key;
}

/** Encodes each segment once more, as all services but S3 expect: `@` becomes `%40`, and `%3D` becomes `%253D`. */
const encodePath = (path: string) => path.split('/').map(encodeSegment).join('/');

/** Percent-encodes all characters but `A-Z a-z 0-9 - . _ ~`. */
export const encodeSegment = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
