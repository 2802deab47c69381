// @module-tag slow

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { p8, p12 } from '../support/certificates.ts';
import { app, macaw } from '../support/macaw.ts';
import { run } from './command.ts';

const system = macaw({ own: true });

const directory = mkdtempSync(join(tmpdir(), 'macaw-operator-'));
afterAll(() => rmSync(directory, { recursive: true }));
const file = (name: string, content: string | Buffer) => {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
};

const MASTER = { env: { MACAW_MASTER_KEY: app.masterKey } };
const here = () => ['--url', system.origin, '--app', app.id];

describe("the operator's command for push credentials", () => {
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
    const { code, out, err } = await run(['push', 'list', ...here()], { typed: `${app.masterKey}\n` });
    expect(code).toBe(0);
    expect(err).toMatch(/The master key of macaw-demo/);
    expect(out + err).not.toContain(app.masterKey);
  });

  it('takes the password of a .p12 from elsewhere than its arguments, and says when it is wrong', {
    tags: 'slow',
  }, async () => {
    const certificate = file('push.p12', Buffer.from(p12('right'), 'base64'));
    const upload = ['push', 'upload', ...here(), '--platform', 'apns', '--file', certificate];
    expect(await run(upload, { env: { ...MASTER.env, MACAW_P12_PASSWORD: 'right' } })).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^apns +certificate +expires \d{4}-\d\d-\d\d +com\.example\.chat\n$/),
    });
    expect(await run(upload, { env: { ...MASTER.env, MACAW_P12_PASSWORD: 'wrong' } })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/password.*\(107\)\n$/),
    });
  });

  it('finds server and master key automatically for operators who may read the secret', async () => {
    expect(await run(['push', 'list', '--app', app.id, '--local', system.origin])).toMatchObject({ code: 0, err: '' });
  });

  const upload = ['push', 'upload', '--app', app.id, '--platform'];

  it.each([
    ['no file', [...upload, 'apns'], 2, /'--file <file>' not specified/],
    ['no application', ['push', 'list'], 2, /'--app <id>' not specified/],
    ['another platform', [...upload, 'apple', '--file', 'x.p8'], 2, /'apple' is invalid.*apns, apns_sandbox, fcm/],
    ['a .p8 of nobody', [...upload, 'apns', '--file', 'x.p8'], 2, /\.p8 .*--key-id, --team-id, --bundle-id\n/],
    [
      'a .p8 of no app',
      [...upload, 'apns', '--file', 'x.p8', '--key-id', 'K', '--team-id', 'T'],
      2,
      /: give --bundle-id/,
    ],
    [
      'a file that is missing',
      [...upload, 'fcm', '--file', '/nowhere/key.json'],
      1,
      /^There is no file \/nowhere\/key/,
    ],
    ['a directory for a file', [...upload, 'fcm', '--file', '/'], 1, /^\/ cannot be read: /],
    ['an address that is none', ['push', 'list', '--app', app.id, '--url', 'nowhere'], 2, /'nowhere' is invalid.*URL/],
    [
      'two servers',
      ['push', 'list', '--app', app.id, '--url', 'http://127.0.0.1:9', '--stage', 'dev'],
      2,
      /--url and --stage cannot be combined/,
    ],
    [
      'a server that is not there',
      ['push', 'list', '--app', app.id, '--url', 'http://127.0.0.1:9'],
      1,
      /cannot be reached/,
    ],
  ])('says what is wrong with %s', async (_what, args, code, message) => {
    const printed = await run(args, MASTER);
    expect(printed).toMatchObject({ code, out: '', err: expect.stringMatching(message) });
  });

  it('says so when the master key is wrong', async () => {
    expect(await run(['push', 'list', ...here()], { env: { MACAW_MASTER_KEY: 'wrong' } })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/\(401\)/),
    });
  });
});
