import { describe, expect, it } from 'vitest';
import { explain } from '../../scripts/operator/errors.ts';
import { macaw } from '../support/macaw.ts';
import { run } from './command.ts';

const system = macaw();

const KEYS = { AWS_ACCESS_KEY_ID: 'somebody', AWS_SECRET_ACCESS_KEY: 'x', AWS_REGION: 'us-east-1' };

describe('the command', () => {
  it.each([
    ['no command', [], /What is to be done/],
    ['options only', ['--json'], /What is to be done/],
    ['an unknown command', ['app', 'lst'], /no command app lst; did you mean apps list\?/],
    ['an unknown option', ['apps', 'list', '--key', 'x'], /Unknown option '--key'/],
    ['a value that is missing', ['apps', 'list', '--stage'], /'--stage <value>' argument missing/],
    ['no application', ['apps', 'create'], /ID is missing/],
    ['a word too many', ['apps', 'list', 'all'], /What is all to mean/],
    ['a setting without value', ['apps', 'create', 'one', 'mode'], /What is mode to mean\? .*NAME=VALUE/],
    ['a stage that is none', ['apps', 'list', '--stage', 'Prod'], /--stage Prod is none/],
    ['another key', ['apps', 'rotate-key', 'one', 'both'], /client or master, not both/],
    ['a grace that is none', ['apps', 'rotate-key', 'one', 'client', '--grace', 'long'], /--grace long is no time/],
    ['failures unnamed', ['failures', 'redrive'], /--id, or say --all/],
    ['a moment that is none', ['failures', 'list', '--since', 'then'], /--since then is no moment/],
  ])('says what is wrong with %s', async (_what, args, message) => {
    expect(await run(args)).toEqual({
      code: 2,
      out: '',
      err: expect.stringMatching(new RegExp(`^.*${message.source}.*\n.*help.*\n$`)),
    });
  });

  it('explains itself, a group of commands, and each of them with examples', async () => {
    expect(await run(['help'])).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/failures redrive/) });
    const apps = await run(['apps', '--help']);
    expect(apps).toMatchObject({ code: 0, out: expect.stringMatching(/apps create/) });
    expect(apps.out).not.toContain('failures');
    const create = {
      code: 0,
      out: expect.stringMatching(/with-keys[\s\S]*Examples:\n {2}npm run macaw -- apps create/),
    };
    expect(await run(['apps', 'create', '--help'])).toMatchObject(create);
    expect(await run(['help', 'apps', 'create'])).toMatchObject(create);
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
      err: expect.stringMatching(/^There is no region: give --region/),
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
    expect(explain(denied, {})).toMatch(/sqs:ReceiveMessage\nLet your IAM user or role do that/);
  });
});

describe("the operator's door to the local cloud", () => {
  const ask = (authorization: string, host?: string) =>
    fetch(`${system.origin}/_aws/`, {
      method: 'POST',
      headers: { authorization, ...(host && { host }), 'x-amz-target': 'secretsmanager.GetSecretValue' },
      body: '{"SecretId":"macaw/prod/macaw-demo"}',
    });

  it('is closed to whoever does not say that they are the operator', async () => {
    expect((await ask('')).status).toBe(403);
    const other = 'AWS4-HMAC-SHA256 Credential=ASIAOTHER/20261123/us-east-1/secretsmanager/aws4_request';
    expect((await ask(other)).status).toBe(403);
    const own = other.replace('ASIAOTHER', 'operator');
    expect((await ask(own)).status).toBe(200);
  });
});
