import { createHash } from 'node:crypto';
import { DEMO_APP } from '../scripts/demo.ts';

/** A user's credentials for the demonstration's application, as JSON. */
export function credentials(client: string, clientKey: string = DEMO_APP.clientKey): string {
  const now = Date.now();
  const sign = `${createHash('md5').update(`${now}${clientKey}`).digest('hex')},${now}`;
  return JSON.stringify({ app: DEMO_APP.id, sign, client });
}

/** Makes two users friends, over REST. */
export async function befriend(origin: string, one: string, other: string): Promise<void> {
  const response = await fetch(`${origin}/ctx/${one}/friends/${other}`, {
    method: 'POST',
    headers: { 'X-ML-AppId': DEMO_APP.id, 'X-ML-APIKey': DEMO_APP.clientKey },
  });
  if (!response.ok) throw new Error(`Befriending was answered ${response.status}: ${await response.text()}`);
}
