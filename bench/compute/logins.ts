import type { Cloud } from '../../local/cloud.ts';
import { credentials, someone } from '../../test/support/demo-app.ts';
import { RawClient } from '../../test/support/raw.ts';

/** What a connection takes until its `login`. */
export interface LoginTime {
  readonly name: string;
  readonly invocations: number;
  readonly ms: number;
}

/**
 * Connects users until their `login`. In a new cloud, the first one waits for the cold starts of all functions
 * concerned. The others are warm, and the fastest counts.
 */
export async function measureLogins(cloud: Cloud, warm: number): Promise<LoginTime[]> {
  const cold = await logIn(cloud);
  let fastest = await logIn(cloud);
  for (let n = 1; n < warm; n++) {
    const next = await logIn(cloud);
    if (next.ms < fastest.ms) fastest = next;
  }
  return [
    { name: 'cold', ...cold },
    { name: 'warm', ...fastest },
  ];
}

async function logIn(cloud: Cloud): Promise<Omit<LoginTime, 'name'>> {
  await cloud.settled();
  const mark = cloud.calls.mark();
  const auth = JSON.stringify(credentials({ client: someone() }));
  const start = performance.now();
  const client = await RawClient.connect(cloud.origin, { EIO: '4', transport: 'websocket', auth });
  await client.until((frame) => frame.includes('"login"'), 30_000);
  const ms = performance.now() - start;
  await cloud.settled();
  const invocations = cloud.calls.since(mark).filter(({ service }) => service === 'invocation').length;
  client.close();
  await client.closed;
  return { invocations, ms };
}
