import type { Place } from './deployment.ts';

/** Invalid command-line arguments; exit code 2. */
export class UsageError extends Error {}

const NO_CREDENTIALS = 'There are no AWS credentials: set AWS_PROFILE, or run "aws configure" or "aws sso login"';
const NOT_ACCEPTED =
  'AWS does not accept these credentials: they are wrong or have expired; log in again, or set AWS_PROFILE';

/** Replacements for AWS errors whose messages do not help, by error name. */
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

/** The message for an error: the cause and a remedy. */
export function explain(error: unknown, { stage, local }: Partial<Place>): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message } = error;
  if (/^AccessDenied/.test(name))
    return `${message}\nGrant this permission to your IAM user or role; docs/reference/cli.md lists the required permissions`;
  if (name === 'ValidationError' && /does not exist/.test(message)) {
    return `There is no stage ${stage} here (${message}): specify another stage with --stage, or its region with --region`;
  }
  if (/region is missing/i.test(message)) return 'There is no region: specify --region, or set AWS_REGION';
  const code = 'code' in error ? String(error.code) : '';
  if (UNREACHABLE.has(code)) {
    return local
      ? `There is no local cloud at ${local} (${code}): start it with "npm start", or specify another URL with --local`
      : `AWS cannot be reached (${code}): check the network connection and --region`;
  }
  return EXPLAINED[name] ?? message;
}
