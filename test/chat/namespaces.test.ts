import { describe, expect, it } from 'vitest';
import {
  CLIENT_VERSIONS,
  type ClientVersion,
  connectClient,
  emitWithAck,
  nextEvent,
  SWIFT,
} from '../support/clients.ts';
import { text } from '../support/device.ts';
import { credentials, macaw, someone } from '../support/macaw.ts';

const system = macaw();

const VERSIONS: readonly ClientVersion[] = [...CLIENT_VERSIONS, SWIFT];
const REFUSED = { error: 5009, message: expect.stringContaining('join the namespace /chat') };

describe.each(VERSIONS)('socket.io-client %s in the namespace /', (version) => {
  const connect = async (auth: string) => {
    const client = connectClient(version, system.origin, { query: { auth }, options: { reconnection: false } });
    await nextEvent(client, 'connect', 15_000);
    return client;
  };

  it.each([
    ['right', () => credentials({ client: someone() })],
    ['wrong', () => ({ ...credentials({ client: someone() }), sign: 'wrong,1' })],
  ])('learns by the acknowledgement that /chat is to be joined, with %s credentials', async (_, auth) => {
    const client = await connect(JSON.stringify(auth()));
    const said = emitWithAck(client, 'say', [text('jerry', 'hello')]);
    expect(await said).toEqual([{ success: false, ...REFUSED }]);
    client.close();
  });

  it('learns it by `refused` when it asks for no acknowledgement', async () => {
    const client = await connect(JSON.stringify(credentials({ client: someone() })));
    const refused = nextEvent(client, 'refused');
    client.emit('say', text('jerry', 'hello'));
    expect(await refused).toEqual([REFUSED]);
    client.close();
  });
});
