import { secretsEqual, verifySign } from '../shared/sign.ts';
import type { App } from '../store/apps.ts';

/** Proof that a client has the client key: the key, or a signature made with the key. */
export interface ClientProof {
  readonly key?: string | undefined;
  readonly sign?: string | undefined;
}

/**
 * Whether a proof matches the client key, or the previous key during its grace period.
 * @param now epoch ms
 */
export function holdsClientKey(
  { clientKey, previousClientKey }: Pick<App, 'clientKey' | 'previousClientKey'>,
  { key, sign = '' }: ClientProof,
  now: number,
): boolean {
  const accepted = previousClientKey && now < previousClientKey.until ? [previousClientKey.key] : [];
  // The check tests all keys, so its duration does not reveal which key matched.
  return [clientKey, ...accepted]
    .map((current) => (key ? secretsEqual(key, current) : verifySign(sign, current)))
    .includes(true);
}
