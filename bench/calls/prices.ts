import { PRICE } from '../../lib/prices.ts';

/**
 * How long an invocation is billed for, warm. Not measured: this machine is not Lambda. Functions that compute have more.
 */
const USUAL = { gigabytes: 0.5, seconds: 0.02 };
const HEAVY: Record<string, typeof USUAL> = {
  Message: { gigabytes: 1.73, seconds: 0.012 },
  Authorizer: { gigabytes: 1, seconds: 0.01 },
  AccountsAccounts: { gigabytes: 1.73, seconds: 0.3 },
  AttachmentsStorage: { gigabytes: 1.73, seconds: 0.3 },
};

/** What an invocation's computing is taken to cost. */
export function computing(functionName: string): number {
  const { gigabytes, seconds } = HEAVY[functionName] ?? USUAL;
  return gigabytes * seconds * PRICE.compute;
}
