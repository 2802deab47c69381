import type { Place } from './deployment.ts';

/** The command line says what cannot be done; exit code 2. */
export class UsageError extends Error {}

const NO_CREDENTIALS = 'There are no AWS credentials: set AWS_PROFILE, or run "aws configure" or "aws sso login"';
const NOT_ACCEPTED =
  'AWS does not accept these credentials: they are wrong or have expired; log in again, or set AWS_PROFILE';

/** The names of AWS's errors whose own words do not help, and what does. */
const EXPLAINED: Readonly<Record<string, string>> = {
  CredentialsProviderError: NO_CREDENTIALS,
  ExpiredToken: NOT_ACCEPTED,
  ExpiredTokenException: NOT_ACCEPTED,
  InvalidClientTokenId: NOT_ACCEPTED,
  InvalidSignatureException: NOT_ACCEPTED,
  SignatureDoesNotMatch: NOT_ACCEPTED,
  UnrecognizedClientException: NOT_ACCEPTED,
};

const UNREACHABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT']);

/** What is wrong and what to do about it, for whatever went wrong on the way. */
export function explain(error: unknown, { stage, local }: Partial<Place>): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message } = error;
  if (/^AccessDenied/.test(name))
    return `${message}\nLet your IAM user or role do that; docs/reference/cli.md lists what is needed`;
  if (name === 'ValidationError' && /does not exist/.test(message)) {
    return `There is no stage ${stage} here (${message}): name another with --stage, or its region with --region`;
  }
  if (/region is missing/i.test(message)) return 'There is no region: give --region, or set AWS_REGION';
  const code = 'code' in error ? String(error.code) : '';
  if (UNREACHABLE.has(code)) {
    return local
      ? `There is no local cloud at ${local} (${code}): start it with "npm start", or name another with --local URL`
      : `AWS cannot be reached (${code}): see whether you are online, and whether --region is right`;
  }
  return EXPLAINED[name] ?? message;
}
