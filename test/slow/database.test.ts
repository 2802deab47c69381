import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, inject, it, onTestFinished, vi } from 'vitest';
import { startEmulator } from '../../local/dynamodb/emulator.ts';
import { DEMO } from '../../scripts/demo.ts';
import { run } from '../local/fixture.ts';
import { befriend, rest, someone } from '../support/macaw.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('a database that the environment names is used, and outlives the cloud', async () => {
  // Started by hand, so to say: the cloud knows its address only.
  const server = await startEmulator(undefined);
  onTestFinished(() => server.stop());
  const client = new DynamoDBClient({
    endpoint: server.endpoint.href,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  onTestFinished(() => client.destroy());
  vi.stubEnv('MACAW_DYNAMODB_ENDPOINT', server.endpoint.href);

  const [tom, jerry] = [someone('tom'), someone('jerry')];
  const first = await run(inject('assembly'), DEMO);
  await befriend(first.cloud.origin, tom, jerry);
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  expect(TableNames).toContain(first.cloud.outputs.CoreTable);
  await first.cloud.stop();

  const second = await run(inject('assembly'), DEMO);
  expect((await rest(second.cloud.origin, 'GET', `/ctx/${tom}/friends`)).body).toEqual([jerry]);
});
