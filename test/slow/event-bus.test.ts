import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cloud, startCloud } from '../../local/cloud.ts';
import { DEMO } from '../../scripts/demo.ts';
import { synthesize } from '../../scripts/synth.ts';
import { app, befriend, FAST_HASHES, rest, someone } from '../support/demo-app.ts';
import { Device, text } from '../support/device.ts';
import { eventually } from '../support/eventually.ts';

const BUS = 'arn:aws:events:us-east-1:000000000000:event-bus/chat';

const directory = mkdtempSync(join(tmpdir(), 'macaw-event-bus-'));
let cloud: Cloud;

beforeAll(async () => {
  const configuration = join(directory, 'macaw.json');
  writeFileSync(configuration, JSON.stringify({ stages: { prod: { webhooks: true, eventBusArn: BUS } } }));
  const assembly = join(directory, 'assembly');
  await synthesize(assembly, { configuration });
  cloud = await startCloud({ assembly, temporaryDir: directory, ...DEMO, environment: FAST_HASHES });
}, 120_000);

afterAll(async () => {
  await cloud?.stop();
  rmSync(directory, { recursive: true, force: true });
});

it('a webhook without an address puts events on the event bus of the deployment', async () => {
  const master = (method: string, path: string, body?: unknown) =>
    rest(cloud.origin, method, path, {
      headers: { 'X-ML-MasterKey': app.masterKey },
      ...(body !== undefined && { body }),
    });
  const added = await master('POST', '/webhooks', { events: ['message.sent'] });
  expect(added).toMatchObject({ status: 201, body: { events: ['message.sent'] } });
  const { id } = Object(added.body);
  expect((await master('POST', `/webhooks/${id}/test`)).body).toMatchObject({ success: true });
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(cloud.origin, tom, jerry);
  await (await Device.login('4.8.4', cloud.origin, tom)).say(text(jerry, 'hello'));
  await eventually(() => cloud.busEvents.length).toBe(2);
  expect(cloud.busEvents).toMatchObject([
    { bus: BUS, source: 'macaw', type: 'Macaw events', detail: { app: app.id, events: [{ type: 'webhook.test' }] } },
    { detail: { app: app.id, webhook: id, events: [{ type: 'message.sent', data: { from: tom } }] } },
  ]);
  const deciding = await master('POST', '/webhooks', { before: ['message'] });
  expect(deciding).toMatchObject({ status: 400, body: { errorMessage: expect.stringContaining('cannot decide') } });
}, 60_000);
