import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, inject, it } from 'vitest';
import { startCloud } from '../../local/cloud.ts';
import { type Resources, startBroken } from '../support/broken.ts';
import { rest } from '../support/macaw.ts';
import { operator } from './command.ts';

it('the first application is strict and gets keys of its own; a later deployment changes neither', {
  tags: 'slow',
}, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'macaw-first-'));
  const seen: unknown[] = [];
  for (const parameters of [{}, { Mode: 'open' }]) {
    const cloud = await startCloud({ assembly: inject('assembly'), dataDir, parameters });
    try {
      const { json } = operator(cloud);
      expect(await json('apps', 'list')).toMatchObject([{ app: 'macaw', mode: 'strict', keys: 'ok' }]);
      const keys = await json('apps', 'keys', 'macaw', '--show');
      const headers = { 'X-ML-AppId': 'macaw', 'X-ML-APIKey': keys.clientKey };
      // The key is right, but reads nothing in strict mode.
      expect(await rest(cloud.origin, 'GET', '/ctx/tom/friends', { headers })).toMatchObject({ status: 403 });
      const settings = await json('apps', 'settings', 'macaw');
      expect(settings).toMatchObject({ mode: 'strict', plainLogin: false, visitors: false });
      seen.push(keys);
    } finally {
      await cloud.stop();
    }
  }
  expect(seen[0]).toEqual(seen[1]);
  expect(statSync(join(dataDir, 'secrets.json')).mode & 0o077).toBe(0);
  rmSync(dataDir, { recursive: true });
});

it.each([
  [{ AppId: 'no id' }, /FirstApp[^ ]* \(Custom::FirstApp\) failed: ResourceProperties\.AppId: /],
  [{ Mode: 'lax' }, /FirstApp[^ ]* \(Custom::FirstApp\) failed: ResourceProperties\.Mode: /],
])('the deployment is answered, and fails at once, if the template has %j', async (properties, reason) => {
  const starting = startBroken('Data', (resources) => {
    for (const { Type, Properties } of Object.values(resources)) {
      if (Type === 'Custom::FirstApp') Object.assign(Properties, properties);
    }
  });
  await expect(starting).rejects.toThrow(reason);
});

it('the deployment fails with what to do when the name of the secret is blocked', { tags: 'slow' }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'macaw-first-'));
  const deploy = () => startCloud({ assembly: inject('assembly'), dataDir });
  const secret = 'macaw/prod/macaw';
  const first = await deploy();
  const client = new SecretsManagerClient({
    endpoint: `${first.origin}/_aws`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'operator', secretAccessKey: 'none' },
  });
  await client.send(new DeleteSecretCommand({ SecretId: secret }));
  await first.stop();
  // The stacks and tables are deleted, but the secret still exists.
  for (const file of readdirSync(dataDir).filter((name) => name !== 'secrets.json')) {
    rmSync(join(dataDir, file), { recursive: true });
  }
  await expect(deploy()).rejects.toThrow(
    /FirstApp.*macaw\/prod\/macaw is scheduled for deletion.*restore-secret --secret-id macaw\/prod\/macaw.*--force-delete-without-recovery/,
  );
  rmSync(dataDir, { recursive: true });
});

it('CloudFormation waits for minutes at most, should an answer get lost', async () => {
  const file = join(inject('assembly'), 'Macaw-prod-Data.template.json');
  const { Resources }: { Resources: Resources } = JSON.parse(readFileSync(file, 'utf8'));
  const own = Object.values(Resources).filter(({ Type }) => Type === 'Custom::FirstApp');
  expect(own.map(({ Properties }) => Number(Properties.ServiceTimeout))).toEqual([300]);
});
