import { secretsEqual, verifySign } from '../shared/sign.ts';
import type { App } from '../store/apps.ts';

/** How a client shows that it has the client key: by the key itself, or else by a signature made with it. */
export interface ClientProof {
  readonly key?: string | undefined;
  readonly sign?: string | undefined;
}

/**
 * Whether somebody holds the client key, or the one before, while that is accepted.
 * @param now epoch ms
 */
export function holdsClientKey(
  { clientKey, previousClientKey }: Pick<App, 'clientKey' | 'previousClientKey'>,
  { key, sign = '' }: ClientProof,
  now: number,
): boolean {
  const accepted = previousClientKey && now < previousClientKey.until ? [previousClientKey.key] : [];
  // All are tried, so that the time it takes does not tell which it was.
  return [clientKey, ...accepted]
    .map((current) => (key ? secretsEqual(key, current) : verifySign(sign, current)))
    .includes(true);
}
