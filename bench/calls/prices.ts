import { PRICE } from '../../lib/prices.ts';

/**
 * The assumed billed duration of a warm invocation. It is an estimate, because this machine is not Lambda.
 */
const USUAL = { gigabytes: 0.5, seconds: 0.02 };
const HEAVY: Record<string, typeof USUAL> = {
  Message: { gigabytes: 1.73, seconds: 0.012 },
  // Of three requests, one waits until the upgrade, for about a quarter of a second.
  PollingFunction: { gigabytes: 0.25, seconds: 0.1 },
  Authorizer: { gigabytes: 1, seconds: 0.01 },
  AccountsAccounts: { gigabytes: 1.73, seconds: 0.3 },
  AttachmentsStorage: { gigabytes: 1.73, seconds: 0.3 },
};

/** The assumed compute cost of an invocation. */
export function computing(functionName: string): number {
  const { gigabytes, seconds } = HEAVY[functionName] ?? USUAL;
  return gigabytes * seconds * PRICE.compute;
}
