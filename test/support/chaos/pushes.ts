import { randomBytes, randomUUID } from 'node:crypto';
import type { Cloud } from '../../../local/cloud.ts';
import { p8 } from '../certificates.ts';
import { app } from '../demo-app.ts';
import type { Histories } from './checks.ts';
import { insist } from './user.ts';
import type { Circle } from './world.ts';

const MASTER = { headers: { 'X-ML-MasterKey': app.masterKey } };

/** The phones that get pushes, one for each circle of users. */
export interface Phones {
  readonly installs: readonly string[];
  /** How many acknowledged messages to the user who is offline were not pushed. */
  missing(circle: Circle, histories: Histories): number;
}

/** Prepares pushes: the key of the push service, and installations. */
export async function readyPushes({ origin, outbox }: Cloud, count: number): Promise<Phones> {
  const file = Buffer.from(p8()).toString('base64');
  const key = { file, keyId: 'ABC1234567', teamId: 'TEAM123456', bundleId: 'com.example.chat' };
  await insist(origin, 'PUT', '/2.0/push/credentials/apns', key, MASTER);
  const installs = Array.from({ length: count }, () => randomUUID());
  for (const installationId of installs) {
    const deviceToken = randomBytes(32).toString('hex');
    await insist(origin, 'POST', '/2.0/installations', { installationId, deviceType: 'ios', deviceToken }, MASTER);
  }
  return {
    installs,
    missing({ pushed, users }, histories) {
      const collapse = 'AWS.SNS.MOBILE.APNS.COLLAPSE_ID';
      const done = new Set(outbox.messages().map(({ attributes }) => attributes[collapse]));
      const acknowledged = new Set(users.flatMap(({ sent }) => sent.flatMap(({ id }) => id ?? [])));
      return (histories.get(pushed) ?? []).filter(({ id }) => acknowledged.has(id) && !done.has(id)).length;
    },
  };
}
