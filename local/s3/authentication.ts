import { createHash } from 'node:crypto';
import { SECRET_ACCESS_KEY, SESSION_TOKEN } from '../lambda/environment.ts';
import type { LambdaFunction } from '../lambda/functions.ts';
import { accessDenied, S3Error } from './errors.ts';
import type { S3Request } from './request.ts';
import { ALGORITHM, equalSignatures, readCredential, readDate, type Scope, sign, stringToSign } from './signature.ts';

/** The caller: a function by its signature, an AWS service for one of its resources, or anonymous. */
export type Caller = LambdaFunction | { service: string; sourceArn: string } | 'anonymous';

export interface Signed {
  credential: string;
  /** YYYYMMDDTHHMMSSZ */
  timestamp: string;
  token: string | undefined;
  signature: string;
}

const SKEW_MS = 15 * 60 * 1000;
/** Seven days, in seconds. */
const LONGEST_PRESIGNED = 604_800;

/** Authenticates a request by its Authorization header or its query. Forms carry their signature in a field. */
export function authenticate(request: S3Request, functions: readonly LambdaFunction[]): Caller {
  if (request.query.has('X-Amz-Signature')) return fromQuery(request, functions);
  if (request.headers.authorization !== undefined) return fromHeader(request, functions);
  return 'anonymous';
}

function fromHeader(request: S3Request, functions: readonly LambdaFunction[]): LambdaFunction {
  const { authorization = '' } = request.headers;
  const match = /^AWS4-HMAC-SHA256 Credential=([^, ]+), *SignedHeaders=([^, ]+), *Signature=([0-9a-f]+)$/.exec(
    authorization,
  );
  if (!match) throw new S3Error(400, 'InvalidArgument', 'Unsupported Authorization Type');
  const [, credential = '', signedHeaders = '', signature = ''] = match;
  const timestamp = header(request, 'x-amz-date');
  const now = Date.now();
  if (!(Math.abs(now - readDate(timestamp)) <= SKEW_MS)) {
    const message = 'The difference between the request time and the current time is too large.';
    throw new S3Error(403, 'RequestTimeTooSkewed', message, {
      RequestTime: timestamp,
      ServerTime: new Date(now).toISOString(),
    });
  }
  const payloadHash = header(request, 'x-amz-content-sha256');
  if (/^[0-9a-f]{64}$/.test(payloadHash) && createHash('sha256').update(request.body).digest('hex') !== payloadHash) {
    const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
    throw new S3Error(400, 'XAmzContentSHA256Mismatch', message);
  }
  const token = request.headers['x-amz-security-token'];
  const signed = { credential, timestamp, token: token === undefined ? undefined : String(token), signature };
  return signer(signed, functions, (scope) => canonical(request, scope, timestamp, signedHeaders, payloadHash));
}

function fromQuery(request: S3Request, functions: readonly LambdaFunction[]): LambdaFunction {
  const parameter = (name: string): string => request.query.get(name) ?? '';
  const timestamp = parameter('X-Amz-Date');
  const signedAt = readDate(timestamp);
  const seconds = Number(parameter('X-Amz-Expires'));
  if (
    parameter('X-Amz-Algorithm') !== ALGORITHM ||
    Number.isNaN(signedAt) ||
    !(seconds > 0 && seconds <= LONGEST_PRESIGNED)
  ) {
    const message =
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, ' +
      'X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.';
    throw new S3Error(400, 'AuthorizationQueryParametersError', message);
  }
  const expires = signedAt + seconds * 1000;
  if (Date.now() > expires) {
    throw accessDenied('Request has expired', { Expires: new Date(expires).toISOString() });
  }
  const signed = {
    credential: parameter('X-Amz-Credential'),
    timestamp,
    token: request.query.get('X-Amz-Security-Token') ?? undefined,
    signature: parameter('X-Amz-Signature'),
  };
  const payloadHash = String(request.headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD');
  const signedHeaders = parameter('X-Amz-SignedHeaders');
  return signer(signed, functions, (scope) => canonical(request, scope, timestamp, signedHeaders, payloadHash));
}

/**
 * The function whose key made a signature.
 * @param text the string to sign
 * @throws S3Error if no key matches
 */
export function signer(
  { credential, token, signature }: Signed,
  functions: readonly LambdaFunction[],
  text: (scope: Scope) => string,
): LambdaFunction {
  const scope = readCredential(credential);
  if (!scope) {
    const message = 'The credential must be ACCESS-KEY-ID/YYYYMMDD/us-east-1/s3/aws4_request';
    throw new S3Error(400, 'AuthorizationHeaderMalformed', message);
  }
  const caller = functions.find((fn) => fn.accessKeyId === scope.accessKeyId);
  if (!caller) {
    const message = 'The AWS Access Key Id you provided does not exist in our records.';
    throw new S3Error(403, 'InvalidAccessKeyId', message, { AWSAccessKeyId: scope.accessKeyId });
  }
  if (token !== SESSION_TOKEN) {
    throw new S3Error(400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.');
  }
  if (!equalSignatures(sign(scope, SECRET_ACCESS_KEY, text(scope)), signature)) {
    const message =
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.';
    throw new S3Error(403, 'SignatureDoesNotMatch', message);
  }
  return caller;
}

function canonical(
  request: S3Request,
  scope: Scope,
  timestamp: string,
  signedHeaders: string,
  payloadHash: string,
): string {
  const names = signedHeaders.split(';');
  const unsigned = Object.keys(request.headers).filter((name) => name.startsWith('x-amz-') && !names.includes(name));
  if (unsigned.length > 0 || !names.includes('host')) {
    const message = 'There were headers present in the request which were not signed';
    throw accessDenied(message, { HeadersNotSigned: unsigned.join(', ') || 'host' });
  }
  return stringToSign(scope, timestamp, {
    method: request.method,
    path: request.path,
    search: request.search,
    signedHeaders: names,
    header: (name) => header(request, name),
    payloadHash,
  });
}

function header(request: S3Request, name: string): string {
  return String(request.headers[name] ?? '');
}
