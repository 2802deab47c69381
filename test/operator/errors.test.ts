// @module-tag slow

import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { confirm } from '../../scripts/operator/confirm.ts';
import { explain } from '../../scripts/operator/errors.ts';
import { macaw } from '../support/macaw.ts';
import { run } from './command.ts';

const system = macaw();

const KEYS = { AWS_ACCESS_KEY_ID: 'somebody', AWS_SECRET_ACCESS_KEY: 'x', AWS_REGION: 'us-east-1' };

describe('the command', () => {
  it.each([
    ['options only', ['--key'], /unknown option '--key'/],
    ['an unknown group', ['app', 'list'], /unknown command 'app'\n\(Did you mean apps\?\)/],
    ['an unknown command', ['apps', 'lst'], /unknown command 'lst'\n\(Did you mean list\?\)/],
    ['an unknown command to explain', ['help', 'apps', 'lst'], /unknown command 'lst'/],
    ['an unknown option', ['apps', 'list', '--key', 'x'], /unknown option '--key'/],
    ['an option that is misspelt', ['apps', 'keys', 'one', '--shwo'], /'--shwo'\n\(Did you mean --show\?\)/],
    ['a common option that is misspelt', ['apps', 'list', '--stagge', 'x'], /'--stagge'\n\(Did you mean --stage\?\)/],
    ['a value that is missing', ['apps', 'list', '--stage'], /'--stage <stage>' argument missing/],
    ['no application', ['apps', 'create'], /missing required argument 'id'/],
    ['a word too many', ['apps', 'list', 'all'], /too many arguments for 'list'/],
    ['a setting without value', ['apps', 'create', 'one', 'mode'], /mode: .*NAME=VALUE/],
    ['a setting given twice', ['apps', 'settings', 'one', 'mode=open', 'mode=strict'], /mode is given twice/],
    ['a change against a reset', ['apps', 'settings', 'one', 'mode=strict', '--reset', 'mode'], /contradict/],
    ['a change inside a reset', ['apps', 'settings', 'one', 'sms.perDay=1', '--reset', 'sms'], /contradict/],
    ['a reset inside a change', ['apps', 'settings', 'one', 'sms={}', '--reset', 'sms.perDay'], /contradict/],
    ['a stage that is none', ['apps', 'list', '--stage', 'Prod'], /'Prod' is invalid\. Expected 1 to 16 lower-case/],
    ['an address that is none', ['apps', 'list', '--local=nowhere'], /'nowhere' is invalid\. Expected a URL/],
    ['another key', ['apps', 'rotate-key', 'one', 'both'], /'both' is invalid.*client, master/],
    ['a grace without unit', ['apps', 'rotate-key', 'one', 'client', '--grace', '7'], /'7' is invalid.*hours or days/],
    ['a master key in silence', ['apps', 'rotate-key', 'one', 'master'], /become invalid.*no terminal.*--yes/],
    ['failures unnamed', ['failures', 'redrive'], /--id, or give --all/],
    [
      'failures named twice',
      ['failures', 'drop', '--id', 'x', '--all'],
      /'--id <id>' cannot be used with option '--all'/,
    ],
    ['all failures dropped in silence', ['failures', 'drop', '--all'], /all failures are deleted.*no terminal.*--yes/],
    ['a moment that is none', ['failures', 'list', '--since', 'then'], /'then' is invalid.*minutes, hours or days ago/],
    ['a moment without unit', ['failures', 'list', '--since', '12'], /'12' is invalid.*minutes, hours or days ago/],
  ])('says what is wrong with %s', async (_what, args, message) => {
    expect(await run(args)).toEqual({
      code: 2,
      out: '',
      err: expect.stringMatching(new RegExp(`^error: .*${message.source}.*(\n.*)?\n.*--help.*\n$`)),
    });
  });

  it.each([
    [[], ['apps', 'push', 'failures', 'help']],
    [['apps'], ['create', 'list', 'settings', 'keys', 'rotate-key']],
    [['push'], ['list', 'upload']],
    [['failures'], ['list', 'redrive', 'drop']],
  ])('lists what can follow %j', async (args, names) => {
    const listed = { code: 2, out: '', err: expect.stringMatching(new RegExp(names.join('[\\s\\S]*\\n {2}'))) };
    expect(await run(args)).toEqual(listed);
    const asked = { code: 0, out: listed.err, err: '' };
    expect(await run([...args, '--help'])).toEqual(asked);
    expect(await run(['help', ...args])).toEqual(asked);
  });

  it('explains each command with its options and examples, a time with its units', async () => {
    const create = {
      code: 0,
      out: expect.stringMatching(/--with-keys[\s\S]*--stage[\s\S]*Examples:\n {2}npm run macaw -- apps create/),
    };
    expect(await run(['apps', 'create', '--help'])).toMatchObject(create);
    expect(await run(['help', 'apps', 'create'])).toMatchObject(create);
    for (const command of [
      ['failures', 'list'],
      ['apps', 'rotate-key'],
    ]) {
      const { out } = await run([...command, '--help']);
      expect(out.replace(/\s+/g, ' ')).toMatch(/seconds, minutes, hours or days: 90s, 30m/);
    }
  });

  it('names the file that is missing, or what has to be in it', async () => {
    const settings = (file: string) => run(['apps', 'settings', 'one', '--file', file]);
    const err = (message: RegExp) => ({ code: 1, out: '', err: expect.stringMatching(message) });
    expect(await settings('/nowhere/logins.json')).toEqual(err(/^There is no file \/nowhere\/logins\.json\n$/));
    expect(await settings('LICENSE')).toEqual(err(/^LICENSE: expected a JSON object/));
  });

  it('says what to do without credentials or region', async () => {
    expect(await run(['apps', 'list', '--region', 'us-east-1'])).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(/^There are no AWS credentials: .*AWS_PROFILE/),
    });
    expect(await run(['apps', 'list'])).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(/^There is no region: specify --region/),
    });
  });

  it('says what to do when AWS knows neither who calls nor the stage', async () => {
    const AWS_ENDPOINT_URL = `${system.origin}/_aws`;
    expect(await run(['apps', 'list'], { env: { ...KEYS, AWS_ENDPOINT_URL } })).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(/^AWS does not accept these credentials/),
    });
    const env = { ...KEYS, AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID: 'operator' };
    expect(await run(['apps', 'list', '--stage', 'dev'], { env })).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(/^There is no stage dev here .*--stage/),
    });
    expect(await run(['apps', 'list'], { env })).toMatchObject({ code: 0, out: expect.stringMatching(/^macaw-demo/) });
  });

  it('says so when no local cloud is there', async () => {
    expect(await run(['apps', 'list', '--local', 'http://127.0.0.1:9'])).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(/^There is no local cloud at http:\/\/127\.0\.0\.1:9.*npm start/),
    });
  });

  it('says what is needed when AWS denies something', () => {
    const denied = Object.assign(new Error('User: x is not authorized to perform: sqs:ReceiveMessage'), {
      name: 'AccessDeniedException',
    });
    expect(explain(denied, {})).toMatch(/sqs:ReceiveMessage\nGrant this permission to your IAM user or role/);
  });
});

describe('a confirmation', () => {
  const terminal = (typed: string) => ({
    input: Object.assign(Readable.from([typed]), { isTTY: true }),
    output: new PassThrough(),
  });

  it.each(['y\n', 'YES\n'])('is given by %j', async (typed) => {
    const { input, output } = terminal(typed);
    await confirm('All is lost.', undefined, { input, output });
    expect(String(output.read())).toBe('All is lost. Continue? [y/N] ');
  });

  it.each(['\n', 'n\n', 'yesterday\n', ''])('is not given by %j', async (typed) => {
    await expect(confirm('All is lost.', undefined, terminal(typed))).rejects.toThrow('Nothing was changed');
  });

  it('is not asked for with --yes', async () => {
    const { input, output } = terminal('n\n');
    await confirm('All is lost.', true, { input, output });
    expect(output.read()).toBeNull();
  });
});

describe("the operator's door to the local cloud", () => {
  const ask = (authorization: string, host?: string) =>
    fetch(`${system.origin}/_aws/`, {
      method: 'POST',
      headers: { authorization, ...(host && { host }), 'x-amz-target': 'secretsmanager.GetSecretValue' },
      body: '{"SecretId":"macaw/prod/macaw-demo"}',
    });

  it('rejects credentials other than those of the operator', async () => {
    expect((await ask('')).status).toBe(403);
    const other = 'AWS4-HMAC-SHA256 Credential=ASIAOTHER/20261123/us-east-1/secretsmanager/aws4_request';
    expect((await ask(other)).status).toBe(403);
    const own = other.replace('ASIAOTHER', 'operator');
    expect((await ask(own)).status).toBe(200);
  });
});
