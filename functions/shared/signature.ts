import { createHash, createHmac } from 'node:crypto';
import { requireEnv } from './environment.ts';

/** A request to sign. It has no query. */
export interface Unsigned {
  readonly method: string;
  readonly host: string;
  /** As sent, percent-encoded. */
  readonly path: string;
  /** Headers to sign in addition to `host`, with lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** The role of the function, which Lambda provides for the life of the environment. It is read once. */
interface Role {
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}
let role: Role | undefined;

const currentRole = (): Role => ({
  region: requireEnv('AWS_REGION'),
  accessKeyId: requireEnv('AWS_ACCESS_KEY_ID'),
  secretAccessKey: requireEnv('AWS_SECRET_ACCESS_KEY'),
  sessionToken: requireEnv('AWS_SESSION_TOKEN'),
});

/** The last key of each service. */
const keys = new Map<string, { readonly day: string; readonly key: Buffer }>();

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
  role ??= currentRole();
  const scope = `${day}/${role.region}/${service}/aws4_request`;
  const signed: Record<string, string> = {
    ...headers,
    host,
    'x-amz-date': time,
    'x-amz-security-token': role.sessionToken,
  };
  const names = Object.keys(signed).sort();
  const list = names.join(';');
  const lines = names.map((name) => `${name}:${signed[name]}\n`).join('');
  const request = `${method}\n${encodePath(path)}\n\n${lines}\n${list}\n${sha256(body)}`;
  const signature = hmac(keyOf(role, service, day), `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(request)}`);
  const credential = `${role.accessKeyId}/${scope}`;
  signed.authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${list}, Signature=${signature.toString('hex')}`;
  return signed;
}

/** Deriving a key takes four hashes, so it is kept for the day. */
function keyOf({ region, secretAccessKey }: Role, service: string, day: string): Buffer {
  const known = keys.get(service);
  if (known?.day === day) return known.key;
  const key = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secretAccessKey}`, day));
  keys.set(service, { day, key });
  return key;
}

/** Encodes each segment once more, as all services but S3 expect: `@` becomes `%40`, and `%3D` becomes `%253D`. */
const encodePath = (path: string) => path.split('/').map(encodeSegment).join('/');

/** Percent-encodes all characters but `A-Z a-z 0-9 - . _ ~`. */
export const encodeSegment = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
