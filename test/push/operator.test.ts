import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { p8, p12 } from '../support/certificates.ts';
import { app, macaw } from '../support/macaw.ts';

const system = macaw();
const MAIN = fileURLToPath(new URL('../../scripts/operator/main.ts', import.meta.url));

const directory = mkdtempSync(join(tmpdir(), 'macaw-operator-'));
afterAll(() => rmSync(directory, { recursive: true }));
const file = (name: string, content: string | Buffer) => {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
};

/** Runs the operator's command; `typed` is what he types when he is asked. */
async function run(args: string[], env: Record<string, string> = {}, typed = '') {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  const printed = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    printed.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    printed.err += chunk;
  });
  child.stdin.end(typed);
  const [code] = await once(child, 'close');
  return { code, ...printed };
}

const MASTER = { MACAW_MASTER_KEY: app.masterKey };
const here = () => ['--url', system.origin, '--app', app.id];

describe("the operator's command", () => {
  it('uploads credentials and lists what the server has', async () => {
    expect(await run(['push', 'list', ...here()], MASTER)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/no credentials/),
    });
    const key = ['--key-id', 'ABC1234567', '--team-id', 'TEAM123456', '--bundle-id', 'com.example.chat'];
    const upload = ['push', 'upload', ...here(), '--platform', 'apns', '--file', file('AuthKey.p8', p8()), ...key];
    expect(await run(upload, MASTER)).toMatchObject({
      code: 0,
      out: 'apns          key          does not expire     com.example.chat\n',
    });
    expect(await run(['push', 'list', ...here()], MASTER)).toMatchObject({
      code: 0,
      out: 'apns          key          does not expire     com.example.chat\n',
    });
  });

  it('asks for the master key, and does not show it', async () => {
    const { code, out, err } = await run(['push', 'list', ...here()], {}, `${app.masterKey}\n`);
    expect(code).toBe(0);
    expect(err).toMatch(/The master key of macaw-demo/);
    expect(out + err).not.toContain(app.masterKey);
  });

  it('takes the password of a .p12 from elsewhere than its arguments, and says when it is wrong', async () => {
    const certificate = file('push.p12', Buffer.from(p12('right'), 'base64'));
    const upload = ['push', 'upload', ...here(), '--platform', 'apns', '--file', certificate];
    expect(await run(upload, { ...MASTER, MACAW_P12_PASSWORD: 'right' })).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^apns +certificate +expires \d{4}-\d\d-\d\d +com\.example\.chat\n$/),
    });
    expect(await run(upload, { ...MASTER, MACAW_P12_PASSWORD: 'wrong' })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/password.*\(107\)\n$/),
    });
  });

  it.each([
    ['no command', [], 2, /What is to be done/],
    ['an unknown command', ['push', 'away'], 2, /no command push away/],
    ['an unknown option', ['push', 'list', '--key', 'x'], 2, /--key/],
    ['no file', ['push', 'upload', '--platform', 'apns'], 2, /--file/],
    ['an address that is none', ['push', 'list', '--url', 'nowhere'], 2, /nowhere is no URL/],
    ['a server that is not there', ['push', 'list', '--url', 'http://127.0.0.1:9'], 1, /cannot be reached/],
  ])('says what is wrong with %s', async (_what, args, code, message) => {
    const answer = await run(args as string[], MASTER);
    expect(answer).toMatchObject({ code, out: '', err: expect.stringMatching(message as RegExp) });
    expect(answer.err).not.toMatch(/\n {4}at /);
  });

  it('says so when the master key is wrong', async () => {
    expect(await run(['push', 'list', ...here()], { MACAW_MASTER_KEY: 'wrong' })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/\(401\)/),
    });
  });
});
