import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../../local/cloud.ts';
import { type Answer, app, macaw, rest, sign, someone } from '../support/macaw.ts';
import { operator, runProcess } from './command.ts';

const log: LogEntry[] = [];
const system = macaw({ log: (entry) => log.push(entry) });
const { run, json } = operator(system);

const KEY = /^[\w-]{32}$/;

interface Keys {
  clientKey: string;
  masterKey: string;
}

const keysOf = (id: string): Promise<Keys> => json('apps', 'keys', id, '--show');

/** Whether a client with this key is accepted, with the plain key and with a signature. */
async function admits(id: string, key: string): Promise<boolean> {
  const ask = (headers: Record<string, string>): Promise<Answer> =>
    rest(system.origin, 'GET', `/ctx/${someone()}/friends`, { headers: { 'X-ML-AppId': id, ...headers } });
  const byKey = await ask({ 'X-ML-APIKey': key });
  const bySign = await ask({ 'X-ML-APIKey': '', 'X-ML-Request-Sign': sign(key) });
  expect(bySign.status).toBe(byKey.status);
  return byKey.status === 200;
}

const secrets = () =>
  new SecretsManagerClient({
    endpoint: `${system.origin}/_aws`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'operator', secretAccessKey: 'none' },
  });

describe('an application', () => {
  it('is created with keys of its own, and works at once', { tags: 'slow' }, async () => {
    expect(await run(['apps', 'create', 'fresh'])).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(
        /^Application fresh created; its keys are in the secret macaw\/prod\/fresh\nMode strict: .*tokens of your server/,
      ),
    });
    const { clientKey, masterKey } = await keysOf('fresh');
    expect([clientKey, masterKey]).toEqual([expect.stringMatching(KEY), expect.stringMatching(KEY)]);
    expect(clientKey).not.toBe(masterKey);
    const known = { 'X-ML-AppId': 'fresh', 'X-ML-APIKey': '' };
    const master = { ...known, 'X-ML-MasterKey': masterKey };
    expect(await rest(system.origin, 'GET', '/2.0/push/credentials', { headers: master })).toMatchObject({
      status: 200,
    });
    const wrong = { ...known, 'X-ML-MasterKey': clientKey };
    expect(await rest(system.origin, 'GET', '/2.0/push/credentials', { headers: wrong })).toMatchObject({
      status: 401,
    });
    expect(await json('apps', 'list')).toContainEqual({
      app: 'fresh',
      mode: 'strict',
      created: expect.any(Number),
      secret: 'macaw/prod/fresh',
      keys: 'ok',
    });
  });

  it('is strict, without plain logins and visitors, unless it is created open, and keeps its settings', {
    tags: 'slow',
  }, async () => {
    await json('apps', 'create', 'guarded');
    const guarded = { mode: 'strict', plainLogin: false, visitors: false };
    expect(await json('apps', 'settings', 'guarded')).toMatchObject(guarded);
    const changed = await json('apps', 'settings', 'guarded', 'mode=open', 'plainLogin=true', 'visitors=true');
    expect(changed).toMatchObject({ mode: 'open', plainLogin: true, visitors: true });
    const reset = ['--reset', 'mode', '--reset', 'plainLogin', '--reset', 'visitors'];
    expect(await json('apps', 'settings', 'guarded', ...reset)).toMatchObject(guarded);

    const made = await run(['apps', 'create', 'opened', '--open']);
    expect(made.out).toMatch(/Mode open: whoever has the client key can do everything in the chat, as any user/);
    expect(await json('apps', 'settings', 'opened')).toMatchObject({ mode: 'open', visitors: true });
    const contradiction = await run(['apps', 'create', 'both', '--open', 'mode=strict']);
    expect(contradiction).toMatchObject({ code: 2, err: expect.stringMatching(/--open contradicts mode/) });
  });

  it('brings the keys that its clients carry, by the standard input', { tags: 'slow' }, async () => {
    const typed = 'carried-client-key\n\n';
    const args = ['apps', 'create', 'carried', '--open', '--with-keys', '--local', system.origin];
    const created = await runProcess(args, { typed });
    expect(created).toMatchObject({ code: 0 });
    expect(created.out + created.err).not.toContain('carried-client-key');
    expect(await keysOf('carried')).toEqual({
      app: 'carried',
      secret: 'macaw/prod/carried',
      clientKey: 'carried-client-key',
      masterKey: expect.stringMatching(KEY),
    });
    expect(await admits('carried', 'carried-client-key')).toBe(true);
  });

  it('is not created twice, nor with an invalid id or key', { tags: 'slow' }, async () => {
    expect(await run(['apps', 'create', app.id])).toMatchObject({ code: 1, err: expect.stringMatching(/already/) });
    expect(await run(['apps', 'create', 'a#b'])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^app: expected 1 to 64/),
    });
    expect(await run(['apps', 'create', 'short', '--with-keys'], { typed: 'short\n\n' })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/keys\.clientKey: expected 8 to 256/),
    });
    expect(await keysOf(app.id)).toMatchObject({ clientKey: app.clientKey, masterKey: app.masterKey });
    expect(await json('apps', 'list')).not.toContainEqual(expect.objectContaining({ app: 'short' }));
  });

  it('has settings that are changed all or not at all, and have effect', { tags: 'slow' }, async () => {
    await json('apps', 'create', 'small', '--open');
    const refused = await run(['apps', 'settings', 'small', 'groupMembers=2', 'roomMembers=0']);
    expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/^roomMembers: /) });
    expect(await json('apps', 'settings', 'small')).toMatchObject({ groupMembers: 50, roomMembers: 1000 });

    const settings = await json(
      'apps',
      'settings',
      'small',
      'groupMembers=2',
      'sms.prefix=+86',
      '--reset',
      'roomMembers',
    );
    expect(settings).toMatchObject({ groupMembers: 2, 'sms.prefix': '+86', mode: 'open' });
    const { clientKey } = await keysOf('small');
    const members = [someone(), someone(), someone()];
    const headers = { 'X-ML-AppId': 'small', 'X-ML-APIKey': clientKey };
    const group = { owner: members[0], members };
    expect(await rest(system.origin, 'POST', '/groups', { headers, body: group })).toMatchObject({
      status: 409,
      body: { errorMessage: expect.stringMatching(/at most 2 are allowed/) },
    });
  });

  it('says which setting was meant, and what is wrong with a value', { tags: 'slow' }, async () => {
    for (const [setting, message] of [
      ['groupmember=3', /no setting groupmember; did you mean groupMembers\?/],
      ['groupMembers=many', /groupMembers: expected a whole number from 1 to 10000, not many/],
      ['mode=closed', /mode: expected "open" or "strict", not "closed"/],
      ['logins.facebook.appSecret=x', /secrets are not allowed.*--file/],
    ] as const) {
      expect(await run(['apps', 'settings', app.id, setting])).toMatchObject({
        code: 1,
        out: '',
        err: expect.stringMatching(message),
      });
    }
  });
});

describe('a key', () => {
  it('that is rotated works at once; the client key before does until its grace ends', { tags: 'slow' }, async () => {
    await json('apps', 'create', 'turning', '--open');
    const before = await keysOf('turning');
    const asked = Date.now();
    const { previousClientKeyUntil } = await json('apps', 'rotate-key', 'turning', 'client', '--grace', '2h');
    expect(previousClientKeyUntil).toBeGreaterThanOrEqual(asked + 2 * 3_600_000);
    const after = await keysOf('turning');
    expect(after).toEqual({ ...before, clientKey: expect.stringMatching(KEY) });
    expect(after.clientKey).not.toBe(before.clientKey);
    expect(await admits('turning', after.clientKey)).toBe(true);
    expect(await admits('turning', before.clientKey)).toBe(true);
    expect(await run(['apps', 'list'])).toMatchObject({
      out: expect.stringMatching(/^turning .*the previous client key is valid until/m),
    });
  });

  it('that is rotated without grace ends at once', { tags: 'slow' }, async () => {
    await json('apps', 'create', 'cutting', '--open');
    const before = await keysOf('cutting');
    await json('apps', 'rotate-key', 'cutting', 'client', '--grace', '0');
    await json('apps', 'rotate-key', 'cutting', 'master', '--yes');
    const after = await keysOf('cutting');
    expect(await admits('cutting', after.clientKey)).toBe(true);
    expect(await admits('cutting', before.clientKey)).toBe(false);
    const credentials = ({ masterKey }: Keys) => {
      const headers = { 'X-ML-AppId': 'cutting', 'X-ML-APIKey': '', 'X-ML-MasterKey': masterKey };
      return rest(system.origin, 'GET', '/2.0/push/credentials', { headers });
    };
    expect([await credentials(after), await credentials(before)]).toMatchObject([{ status: 200 }, { status: 401 }]);
  });

  it('may be one that exists, and a master key has no grace', async () => {
    await json('apps', 'create', 'moved', '--open');
    const args = ['apps', 'rotate-key', 'moved', 'client', '--grace', '0', '--with-key'];
    expect(await run(args, { typed: 'key-of-maxleap\n' })).toMatchObject({ code: 0 });
    expect(await admits('moved', 'key-of-maxleap')).toBe(true);
    expect(await run(['apps', 'rotate-key', 'moved', 'master', '--grace', '1h'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/no grace/),
    });
  }, 60_000);

  it('that was changed only in its secret is reported by the list, and corrected by a rotation', {
    tags: 'slow',
  }, async () => {
    await json('apps', 'create', 'edited');
    const client = secrets();
    const SecretId = 'macaw/prod/edited';
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
    const edited = JSON.stringify({ ...JSON.parse(SecretString), clientKey: 'by-hand-only' });
    await client.send(new PutSecretValueCommand({ SecretId, SecretString: edited }));
    client.destroy();
    const state = async () => (await json('apps', 'list')).find((one: { app: string }) => one.app === 'edited').keys;
    expect(await state()).toBe('differ');
    await json('apps', 'rotate-key', 'edited', 'client');
    expect(await state()).toBe('ok');
  });

  it('is shown only on explicit request, and is in no log, output or call', { tags: 'slow' }, async () => {
    const keys = await keysOf('turning');
    const { code, out } = await run(['apps', 'keys', 'turning']);
    expect([code, out]).toEqual([0, 'The keys are in the secret macaw/prod/turning; --show prints them\n']);
    const received = JSON.stringify([log, system.cloud.outputs, system.cloud.calls.since(0)]);
    for (const key of [keys.clientKey, keys.masterKey, 'carried-client-key', 'key-of-maxleap']) {
      expect(received).not.toContain(key);
    }
    expect(system.cloud.outputs).toMatchObject({ FirstAppId: app.id, FirstAppKeys: `macaw/prod/${app.id}` });
  });
});

describe('the statistics of an application', () => {
  it('are shown by hour or day, with the time until which they are counted', { tags: 'slow' }, async () => {
    await json('apps', 'create', 'counted', '--open');
    const { clientKey } = await keysOf('counted');
    const keys = { 'X-ML-AppId': 'counted', 'X-ML-APIKey': clientKey };
    const body = { filename: 'cat.jpg', contentType: 'image/jpeg', size: 1 };
    const upload = await rest(system.origin, 'POST', '/attachment', { body, headers: keys });
    expect(upload.status).toBe(200);
    await system.cloud.settled();
    await system.cloud.fire('StatisticsSchedule');
    const { out, code, err } = await run(['statistics', 'counted', '--from', '2h']);
    expect([code, err]).toEqual([0, '']);
    const [header = '', ...lines] = out.trimEnd().split('\n');
    expect(header).toMatch(/^from \(UTC\) +messages +active +new +logins +peak +pushes +uploads$/);
    expect(lines.slice(0, -1)).toHaveLength(3);
    expect(lines.at(-1)).toMatch(/^Counted until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
    const { periods } = await json('statistics', 'counted', '--by', 'day', '--from', '2d');
    expect(periods.reduce((sum: number, { uploads }: { uploads: number }) => sum + uploads, 0)).toBe(1);
  });

  it('are refused as by the server', async () => {
    expect(await run(['statistics', app.id, '--from', '40d'])).toMatchObject({
      code: 1,
      err: 'from: expected at most 31 days before `to`, when counted by hour (5001)\n',
    });
  });
});
