// A short form of the suite, without its runner: the templates are synthesized, the local cloud starts, two clients chat.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { startCloud } from '../../local/cloud.ts';
import { befriend, credentials } from '../../test/support/demo-app.ts';
import { DEMO } from '../demo.ts';
import { synthesize } from '../synth.ts';

const PATIENCE_MS = 60_000;

const scratch = mkdtempSync(join(tmpdir(), 'macaw-smoke-'));
const assembly = join(scratch, 'assembly');
try {
  await synthesize(assembly);
  const cloud = await startCloud({ assembly, temporaryDir: scratch, ...DEMO });
  try {
    await befriend(cloud.origin, 'tom', 'jerry');
    const login = async (client: string) => {
      const query = { auth: JSON.stringify(credentials({ client })) };
      const socket = io(`${cloud.origin}/chat`, { transports: ['websocket'], forceNew: true, query });
      const answer = await new Promise((resolve) => socket.once('login', resolve));
      assert.deepEqual(answer, { success: true, id: client });
      return socket;
    };
    const [tom, jerry] = [await login('tom'), await login('jerry')];
    const heard = new Promise((resolve) => jerry.once('message', resolve));
    const message = { to: { id: 'jerry', type: 0 }, content: { media: 0, body: 'hello' } };
    const said = Object(await tom.timeout(PATIENCE_MS).emitWithAck('say', message));
    assert.equal(said.success, true);
    const { from, content, ts } = Object(await heard);
    assert.deepEqual({ from, content, ts }, { from: { id: 'tom', type: 0 }, content: message.content, ts: said.ts });
    tom.close();
    jerry.close();
    await cloud.settled();
  } finally {
    await cloud.stop();
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
