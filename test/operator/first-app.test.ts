import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { startCloud } from '../../local/cloud.ts';
import { type Resources, startBroken } from '../support/broken.ts';
import { rest } from '../support/macaw.ts';
import { operator } from './command.ts';

it('the first application gets keys of its own, which a restart keeps', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'macaw-first-'));
  const seen: unknown[] = [];
  for (const _run of [1, 2]) {
    const cloud = await startCloud({ assembly: inject('assembly'), dataDir });
    try {
      const { json } = operator(cloud);
      expect(await json('apps', 'list')).toMatchObject([{ app: 'macaw', mode: 'open', keys: 'ok' }]);
      const keys = await json('apps', 'keys', 'macaw', '--show');
      const headers = { 'X-ML-AppId': 'macaw', 'X-ML-APIKey': keys.clientKey };
      expect(await rest(cloud.origin, 'GET', '/ctx/tom/friends', { headers })).toMatchObject({ status: 200 });
      seen.push(keys);
    } finally {
      await cloud.stop();
    }
  }
  expect(seen[0]).toEqual(seen[1]);
  expect(statSync(join(dataDir, 'secrets.json')).mode & 0o077).toBe(0);
  rmSync(dataDir, { recursive: true });
}, 60_000);

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

it('CloudFormation waits for minutes at most, should an answer get lost', async () => {
  const file = join(inject('assembly'), 'Macaw-prod-Data.template.json');
  const { Resources }: { Resources: Resources } = JSON.parse(readFileSync(file, 'utf8'));
  const own = Object.values(Resources).filter(({ Type }) => Type === 'Custom::FirstApp');
  expect(own.map(({ Properties }) => Properties.ServiceTimeout)).toEqual([300]);
});
