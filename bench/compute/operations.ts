import { toAuthorizerContext } from '../../functions/auth/authorizer-context.ts';
import type { Cloud } from '../../local/cloud.ts';
import { app, befriend, credentials, rest, someone } from '../../test/support/demo-app.ts';
import { RawClient } from '../../test/support/raw.ts';
import { RunningFunction } from './running-function.ts';

/** The CPU time of one operation in ms. */
export interface OperationCpu {
  readonly name: string;
  readonly cpuMs: number;
}

export interface OperationPlan {
  readonly rounds: number;
  /** Events in a round. V8 optimizes the code after some hundred of them. */
  readonly events: number;
}

/** Members of the group. */
const MEMBERS = 50;

const login = async (cloud: Cloud, client: string): Promise<RawClient> => {
  const auth = JSON.stringify(credentials({ client }));
  const connected = await RawClient.connect(cloud.origin, { EIO: '3', transport: 'websocket', auth });
  await connected.until((frame) => frame.includes('"login"'));
  return connected;
};

/** Measures functions in processes of their own, which call the local cloud. */
export async function measureOperations(cloud: Cloud, bundles: string, plan: OperationPlan): Promise<OperationCpu[]> {
  const [speaker = '', friend = '', ...others] = Array.from({ length: MEMBERS }, () => someone());
  await befriend(cloud.origin, speaker, friend);
  // Friend requests create the users.
  for (const member of others) await befriend(cloud.origin, friend, member);
  const body = { owner: speaker, members: [friend, ...others] };
  const { status, body: group } = await rest(cloud.origin, 'POST', '/groups', { body });
  if (status >= 300) throw new Error(`The group was not created: ${JSON.stringify(group)}`);
  const clients = [await login(cloud, speaker)];
  const [connectionId = ''] = cloud.connections();
  clients.push(...(await Promise.all([friend, ...others].map((member) => login(cloud, member)))));

  const message = await RunningFunction.start({ bundles, name: 'message', environment: cloud.environment('Message') });
  const reader = await RunningFunction.start({ bundles, name: 'rest', environment: cloud.environment('Rest') });
  const principal = { app: app.id, kind: 'user', id: speaker } as const;
  const authorizer = toAuthorizerContext({ eio: 3, outcome: 'known', principal, options: { notifyAll: false } });
  const say = (to: object) => ({
    requestContext: { connectionId, requestTimeEpoch: Date.now(), authorizer },
    body: `42/chat,1${JSON.stringify(['say', { to, content: { media: 0, body: 'A message of ordinary length.' } }])}`,
  });
  const path = `/ctx/${speaker}/friends`;
  const read = () => ({
    version: '2.0',
    rawPath: path,
    rawQueryString: '',
    headers: { host: 'bench.test', 'x-ml-appid': app.id, 'x-ml-apikey': app.clientKey },
    requestContext: { http: { method: 'GET', path, sourceIp: '192.0.2.1' } },
    isBase64Encoded: false,
  });
  const cpuOf = async (fn: RunningFunction, event: () => object) => {
    const times: number[] = [];
    for (let round = -1; round < plan.rounds; round++) {
      const time = await fn.handle(Array.from({ length: plan.events }, event));
      // The first round compiles the code and opens connections.
      if (round >= 0) times.push(time);
    }
    return Math.min(...times);
  };
  try {
    return [
      {
        name: 'message to a friend, online on one device',
        cpuMs: await cpuOf(message, () => say({ id: friend, type: 0 })),
      },
      {
        name: `message to a group of ${MEMBERS}, all online`,
        cpuMs: await cpuOf(message, () => say({ id: group, type: 1 })),
      },
      { name: 'list of friends over REST', cpuMs: await cpuOf(reader, read) },
    ];
  } finally {
    message.stop();
    reader.stop();
    for (const client of clients) client.close();
  }
}
