import type { Cloud } from '../../local/cloud.ts';
import { cost } from './cost.ts';
import { credentials } from './demo-app.ts';
import type { Device } from './device.ts';
import { RawClient } from './raw.ts';

/** Logs in users with limited concurrency, on clients that do not reconnect. Returns the clients in order. */
export async function connectAll(origin: string, ids: readonly string[], login: object = {}): Promise<RawClient[]> {
  const clients: RawClient[] = [];
  const waiting = [...ids.entries()];
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        const [n, client] = next;
        const auth = JSON.stringify(credentials({ client, ...login }));
        const connected = await RawClient.connect(origin, { EIO: '4', transport: 'websocket', auth });
        await connected.until((frame) => frame.includes('"login"'), 60_000);
        clients[n] = connected;
      }
    }),
  );
  return clients;
}

/** The number of frames of a client that contain a text. */
export const framesWith = ({ frames }: RawClient, text: string) =>
  frames.received.filter((frame) => String(frame).includes(text)).length;

/** The cost of a message from a device to a group or room, until all clients have received it. */
export async function costOfMessage(
  cloud: Cloud,
  speaker: Device,
  to: { id: string; type: number },
  audience: readonly RawClient[],
) {
  const { calls } = await cost(cloud, async () => {
    await speaker.say({ to, content: { media: 0, body: 'to all of you' } });
    await Promise.all(audience.map((client) => client.until((frame) => frame.includes('to all of you'), 60_000)));
  });
  const reads =
    (calls['dynamodb:Query'] ?? 0) + (calls['dynamodb:BatchGetItem'] ?? 0) + (calls['dynamodb:GetItem'] ?? 0);
  const writes = (calls['dynamodb:PutItem'] ?? 0) + (calls['dynamodb:UpdateItem'] ?? 0);
  return { reads, writes, posts: calls['execute-api:PostToConnection'] ?? 0, calls };
}
