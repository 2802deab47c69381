/** us-east-1, USD, as of November 2026; from the pages of AWS below https://aws.amazon.com, per service `/<service>/pricing`. */
export const PRICE = {
  /** Of a frame up to 32 KB, either way. */
  webSocketMessage: 1.0e-6,
  httpRequest: 1.0e-6,
  invocation: 0.2e-6,
  /** Of a GB-second on arm64. */
  compute: 0.0000133334,
  readUnit: 0.125e-6,
  writeUnit: 0.625e-6,
  push: 0.5e-6,
  s3Put: 0.005e-3,
  s3Get: 0.0004e-3,
} as const;

/**
 * How long an invocation is billed for, warm. Not measured: this machine is not Lambda. Functions that compute have more.
 */
const USUAL = { gigabytes: 0.5, seconds: 0.02 };
const HEAVY: Record<string, typeof USUAL> = {
  Frame: { gigabytes: 1.73, seconds: 0.012 },
  Authorizer: { gigabytes: 1, seconds: 0.01 },
  AccountsAccounts: { gigabytes: 1.73, seconds: 0.3 },
  AttachmentsStorage: { gigabytes: 1.73, seconds: 0.3 },
};

/** What an invocation's computing is taken to cost. */
export function computing(functionName: string): number {
  const { gigabytes, seconds } = HEAVY[functionName] ?? USUAL;
  return gigabytes * seconds * PRICE.compute;
}
