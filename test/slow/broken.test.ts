import { expect, it } from 'vitest';
import * as z from 'zod';
import type { Cloud } from '../../local/cloud.ts';
import { DEMO_APP } from '../../scripts/demo.ts';
import { picture } from '../attachments/images.ts';
import { upload } from '../attachments/uploads.ts';
import { find, startBroken } from '../support/broken.ts';
import { credentials, rest, someone } from '../support/macaw.ts';
import { RawClient } from '../support/raw.ts';

// Each test damages a copy of the templates in a plausible way, and detects the damage on the local cloud.

it('a missing grant is denied by name, and the client gets a code without details', async () => {
  const { cloud, log } = await startBroken('Rest', (resources) => {
    for (const statement of find(resources, 'AWS::IAM::Policy', 'RestRole').Properties.PolicyDocument.Statement) {
      statement.Action = [statement.Action].flat().filter((action) => action !== 'dynamodb:Query');
      if (statement.Action.length === 0) statement.Action = ['dynamodb:DescribeTable'];
    }
  });
  const answer = await rest(cloud.origin, 'GET', `/ctx/${someone()}/friends`);
  expect(answer).toMatchObject({ status: 500, body: { errorCode: 5002 } });
  expect(JSON.stringify(answer.body)).not.toMatch(/dynamodb|arn:/i);
  expect(log).toContainEqual(expect.objectContaining({ kind: 'denied', action: 'dynamodb:Query' }));
});

it('a wrong table name is found by the first call', async () => {
  const { cloud, log } = await startBroken('Rest', (resources) => {
    find(resources, 'AWS::Lambda::Function', 'Rest').Properties.Environment.Variables.CORE_TABLE = 'no-such-table';
    for (const statement of find(resources, 'AWS::IAM::Policy', 'RestRole').Properties.PolicyDocument.Statement) {
      Object.assign(statement, { Resource: '*' });
    }
  });
  expect(await rest(cloud.origin, 'GET', `/ctx/${someone()}`)).toMatchObject({
    status: 500,
    body: { errorCode: 5002 },
  });
  expect(JSON.stringify(log)).toContain('ResourceNotFoundException');
});

it('an undeclared environment variable stops the function, which says which it was', async () => {
  const { cloud, log } = await startBroken('Rest', (resources) => {
    delete find(resources, 'AWS::Lambda::Function', 'Rest').Properties.Environment.Variables.MESSAGES_TABLE;
  });
  const response = await fetch(new URL('/ctx/anybody', cloud.origin));
  expect(response.status).toBe(500);
  expect(await response.json()).toEqual({ message: 'Internal Server Error' });
  expect(JSON.stringify(log)).toContain('The environment variable MESSAGES_TABLE is not set');
});

it('a missing grant to post leaves a client without a handshake, and the job in the failure queue', async () => {
  const { cloud } = await startBroken('Realtime', (resources) => {
    const { Statement } = find(resources, 'AWS::IAM::Policy', 'HandshakeRole').Properties.PolicyDocument;
    for (const statement of Statement) {
      if (statement.Action === 'execute-api:ManageConnections') statement.Action = 'execute-api:Invoke';
    }
  });
  const auth = JSON.stringify(credentials({ client: someone() }));
  const client = await RawClient.connect(cloud.origin, { EIO: '4', transport: 'websocket', auth });
  await cloud.settled();
  expect(client.frames.received).toEqual([]);
  const [failures] = Object.values(cloud.failureQueues());
  expect(failures).toHaveLength(1);
  expect(JSON.stringify(failures)).toContain('API Gateway answered 403');
});

it('a missing grant to create secrets stops the deployment with an error that names it', async () => {
  const starting = startBroken('Data', (resources) => {
    for (const statement of find(resources, 'AWS::IAM::Policy', 'ApplicationsSeedRole').Properties.PolicyDocument
      .Statement) {
      statement.Action = [statement.Action].flat().filter((action) => action !== 'secretsmanager:CreateSecret');
    }
  });
  await expect(starting).rejects.toThrow(/FirstApp.*not authorized to perform: secretsmanager:CreateSecret/);
});

it('a gateway without permission to invoke its function answers as AWS does', async () => {
  const { cloud } = await startBroken('Rest', (resources) => {
    for (const [id, { Type }] of Object.entries(resources))
      if (Type === 'AWS::Lambda::Permission') delete resources[id];
  });
  expect((await fetch(new URL('/ctx/anybody', cloud.origin))).status).toBe(500);
});

it('a storage failure has its own code, and leaves no readable data', async () => {
  const { cloud, log } = await startBroken('Edge', (resources) => {
    for (const statement of find(resources, 'AWS::IAM::Policy', 'AttachmentsStorageRole').Properties.PolicyDocument
      .Statement) {
      if (statement.Action === 's3:PutObject') statement.Action = 's3:GetObjectTagging';
    }
  });
  const form = new FormData();
  form.append('attachment', new File(['hello'], 'a.txt', { type: 'text/plain' }));
  const response = await fetch(new URL('/attachment', cloud.origin), {
    method: 'POST',
    headers: { 'X-ML-AppId': DEMO_APP.id, 'X-ML-APIKey': DEMO_APP.clientKey },
    body: form,
  });
  const answer = await response.text();
  expect([response.status, JSON.parse(answer)]).toMatchObject([500, { errorCode: 5006 }]);
  expect(answer).not.toMatch(/s3:|arn:/i);
  expect(log).toContainEqual(expect.objectContaining({ kind: 'denied', action: 's3:PutObject' }));
});

/** The functions whose jobs are in the failure queue. */
function failed(cloud: Cloud): string[] {
  const Job = z.object({ requestContext: z.object({ functionArn: z.string() }) });
  return Object.values(cloud.failureQueues())
    .flat()
    .map((job) =>
      Job.parse(job).requestContext.functionArn.replace(
        /^.*:function:Macaw-prod-(.*?)([0-9A-F]{8}-.*)?(:\$LATEST)?$/,
        '$1',
      ),
    )
    .toSorted();
}

it('undeliverable events and failed schedules remain in the queue', async () => {
  const { cloud } = await startBroken('Realtime', (resources) => {
    for (const name of ['Deliver', 'PresenceOffline', 'Heartbeat', 'PushExpiry']) {
      const { Variables } = find(resources, 'AWS::Lambda::Function', name).Properties.Environment;
      for (const needed of ['CONNECTIONS_TABLE', 'PLATFORM_PREFIX']) delete Variables[needed];
    }
  });
  const auth = JSON.stringify(credentials({ client: someone() }));
  const client = await RawClient.connect(cloud.origin, { EIO: '4', transport: 'websocket', auth });
  await client.until((frame) => frame.includes('"login"'));
  client.close();
  await client.closed;
  const headers = { 'X-ML-MasterKey': DEMO_APP.masterKey };
  const body = { content: { media: 0, body: 'hello' } };
  expect(await rest(cloud.origin, 'POST', '/system', { body, headers })).toMatchObject({ status: 202 });
  for (const schedule of ['HeartbeatSchedule', 'PushExpirySchedule']) {
    await expect(cloud.fire(schedule)).rejects.toThrow(/is not set/);
  }
  await cloud.settled();
  expect(failed(cloud)).toEqual([
    'Realtime-Deliver',
    'Realtime-Heartbeat',
    'Realtime-PresenceOffline',
    'Realtime-PushExpiry',
  ]);
});

it('images of which no thumbnail can be made are left in the queue', async () => {
  const { cloud } = await startBroken('Edge', (resources) => {
    const role = find(resources, 'AWS::IAM::Policy', 'AttachmentsStorageRole');
    for (const statement of role.Properties.PolicyDocument.Statement) {
      if (statement.Action === 's3:GetObject') statement.Action = 's3:GetObjectTagging';
    }
  });
  await upload(cloud.origin, { filename: 'a.jpg', contentType: 'image/jpeg', content: picture('.jpg', 20, 10) });
  await cloud.settled();
  expect(failed(cloud)).toEqual(['Edge-AttachmentsStorage']);
});
