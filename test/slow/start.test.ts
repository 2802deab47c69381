import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { app, befriend, credentials, rest, someone } from '../support/macaw.ts';
import { RawClient } from '../support/raw.ts';

const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** Runs a script of package.json as a terminal does, and collects its output. */
function run(script: string, ...args: string[]) {
  const child = spawn('npm', ['run', '--silent', script, '--', ...args], { detached: true });
  running.add(child);
  let output = '';
  const waiting = new Set<() => void>();
  const collect = (data: Buffer) => {
    output += data;
    for (const look of waiting) look();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  return {
    says: (pattern: RegExp) =>
      new Promise<RegExpExecArray>((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(output);
          if (match) resolve(match);
          if (match) waiting.delete(look);
        };
        waiting.add(look);
        look();
        void ended.then(() => reject(new Error(`${script} ended without saying ${pattern}:\n${output}`)));
      }),
    type: (line: string) => child.stdin.write(`${line}\n`),
    // Like Ctrl-C: signals the whole process group of the terminal.
    interrupt: () => process.kill(-Number(child.pid), 'SIGINT'),
    ended,
    group: Number(child.pid),
  };
}

function groupIsEmpty(group: number): boolean {
  try {
    process.kill(-group, 0);
    return false;
  } catch {
    return true;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

describe('npm start', () => {
  it('says what to do next, and two people chat as it says', async () => {
    const server = run('start', '--port', '0');
    const [, origin = ''] = await server.says(/runs at (http:\S+)/);
    for (const word of [
      app.id,
      app.clientKey,
      app.masterKey,
      '/_outbox',
      '/console',
      'npm run chat -- --user tom --to jerry',
    ])
      await server.says(new RegExp(word));
    const [page = ''] = await server.says(/http:\S+\/chat#user=tom/);
    const chatPage = await fetch(page);
    expect([chatPage.status, chatPage.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const tom = run('chat', '--user', 'tom', '--to', 'jerry', '--url', origin);
    const jerry = run('chat', '--user', 'jerry', '--to', 'tom', '--url', origin);
    await Promise.all([tom.says(/Logged in as tom/), jerry.says(/Logged in as jerry/)]);
    tom.type('hello jerry');
    await jerry.says(/tom: hello jerry/);
    jerry.type('hello tom');
    await tom.says(/jerry: hello tom/);
    for (const one of [tom, jerry, server]) one.interrupt();
    await Promise.all([tom, jerry, server].map(({ ended }) => ended));
    await expect.poll(() => groupIsEmpty(server.group), { timeout: 5000 }).toBe(true);
  }, 60_000);

  it('starts a strict application when asked to, and says how a client gets a token for it', async () => {
    const server = run('start', '--port', '0', '--strict');
    const [, origin = ''] = await server.says(/runs at (http:\S+)/);
    await server.says(/macaw-demo {2}\(strict mode\)/);
    const [, url = '', body = ''] = await server.says(/curl -X POST (\S+) .* -d '(.*"tom".*)'/);
    await server.says(/npm run chat -- --user tom --to jerry --token TOKEN --url/);
    const headers = { 'X-ML-AppId': app.id, 'X-ML-MasterKey': app.masterKey };
    const { token } = (await (await fetch(url, { method: 'POST', headers, body })).json()) as { token: string };
    const [, friends = ''] = await server.says(/curl -X POST (\S+\/ctx\/tom\/friends\/jerry) /);
    expect((await fetch(friends, { method: 'POST', headers })).status).toBe(200);
    const tom = run('chat', '--user', 'tom', '--to', 'jerry', '--token', token, '--url', origin);
    const plain = run('chat', '--user', 'jerry', '--to', 'tom', '--url', origin);
    await Promise.all([tom.says(/Logged in as tom/), plain.says(/Login failed: 5003/)]);
    for (const one of [tom, server]) one.interrupt();
    await Promise.all([tom, server].map(({ ended }) => ended));
  }, 60_000);

  it('keeps its data between runs when asked to', async () => {
    const data = mkdtempSync(join(tmpdir(), 'macaw-data-'));
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    for (const round of [1, 2]) {
      const server = run('start', '--port', '0', '--data', data);
      const [, origin = ''] = await server.says(/runs at (http:\S+)/);
      if (round === 1) await befriend(origin, tom, jerry);
      expect((await rest(origin, 'GET', `/ctx/${tom}/friends`)).body).toEqual([jerry]);
      // Like Ctrl-C first, and then like a supervisor, which signals npm alone.
      if (round === 1) server.interrupt();
      else process.kill(server.group, 'SIGTERM');
      await server.ended;
      await expect.poll(() => groupIsEmpty(server.group), { timeout: 5000 }).toBe(true);
    }
    rmSync(data, { recursive: true });
  }, 60_000);

  it('opens its port when everything behind it is ready, and not before', async () => {
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    const server = run('start', '--port', String(port));
    // Polls until the first response, which must come from the complete system.
    const answers = await (async () => {
      for (;;) {
        const asked = Promise.all([rest(origin, 'GET', `/ctx/${someone()}`), rest(origin, 'GET', '/openapi.json')]);
        const answered = await asked.catch((error: Error) => error.cause);
        if (Array.isArray(answered)) return answered;
        expect(answered).toMatchObject({ code: 'ECONNREFUSED' });
        await setTimeout(5);
      }
    })();
    expect(answers.map(({ status }) => status)).toEqual([404, 200]);
    const auth = JSON.stringify(credentials({ client: someone() }));
    const client = await RawClient.connect(origin, { EIO: '4', transport: 'websocket', auth });
    await client.until((frame) => frame.includes('"login"'));
    client.close();
    server.interrupt();
    await server.ended;
  }, 60_000);

  it('says so when its port is taken', async () => {
    const taken = createServer();
    await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done));
    const { port } = taken.address() as AddressInfo;
    const server = run('start', '--port', String(port));
    await server.says(new RegExp(`address already in use 127.0.0.1:${port}`));
    expect(await server.ended).toBe(1);
    taken.close();
  }, 30_000);

  it('explains itself when it is called wrongly', async () => {
    const server = run('start', '--port', 'many');
    await server.says(/--port many: expected a port number/);
    expect(await server.ended).toBe(2);
  }, 20_000);
});
