import { credentials } from './demo-app.ts';
import { RawClient } from './raw.ts';

/** Logs in users, a few at a time, each on a client that does not come back by itself; in their order. */
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

/** How often a client has got what holds such a text. */
export const framesWith = ({ frames }: RawClient, text: string) =>
  frames.received.filter((frame) => String(frame).includes(text)).length;

/** The id of a client's connection, out of its Engine.IO handshake. */
export const connectionOf = ({ frames }: RawClient): string => JSON.parse(String(frames.received[0]).slice(1)).sid;
