import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from 'vitest';
import { Device } from '../support/device.ts';
import { app, befriend, macaw, someone } from '../support/macaw.ts';
import { type Phone, telephones } from '../support/phone.ts';
import { operator } from './command.ts';

const system = macaw({ retryDelayMs: () => 1 });
const { run, json } = operator(system);
const { ask, credentials, offline, pushesTo } = telephones(system);

/** Puts something into the queue of failures. */
async function queue(MessageBody: string): Promise<void> {
  const sqs = new SQSClient({
    endpoint: `${system.origin}/_aws`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'operator', secretAccessKey: 'none' },
  });
  await sqs.send(new SendMessageCommand({ QueueUrl: system.cloud.outputs.FailureQueue, MessageBody }));
  sqs.destroy();
}

/** What Lambda puts there. */
const record = (requestId: string, requestPayload: object) => {
  const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:gone:$LATEST';
  const requestContext = { requestId, functionArn, condition: 'RetriesExhausted', approximateInvokeCount: 3 };
  return JSON.stringify({ timestamp: new Date().toISOString(), requestContext, requestPayload });
};

const left = () => Object.values(system.cloud.failureQueues()).flat();

/** A push that fails permanently, until its function is invoked again. */
async function failPush(text: string): Promise<Phone> {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, tom, jerry);
  const phone = await offline(jerry);
  const device = await Device.login('4.8.4', system.origin, tom);
  system.cloud.outbox.faults.fail(phone.token, 1000);
  await device.say({ to: { id: jerry, type: 0 }, content: { media: 0, body: text } });
  await system.cloud.settled();
  system.cloud.outbox.faults.clear();
  device.close();
  expect(await pushesTo(phone)).toEqual([]);
  return phone;
}

beforeEach(async () => {
  await credentials();
  expect(await run(['failures', 'drop', '--all', '--yes'])).toMatchObject({ code: 0 });
  expect(left()).toEqual([]);
});

describe('what failed for good', () => {
  it('is listed without its event, any number of times', { tags: 'slow' }, async () => {
    await failPush('a very private matter');
    for (const _look of [1, 2]) {
      const listed = await run(['failures', 'list']);
      expect(listed).toMatchObject({
        code: 0,
        out: expect.stringMatching(
          /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}3 attempts {2}Macaw-prod-Realtime-PushFunction\S+ {2}\S+ {2}\w+.*\n$/,
        ),
      });
      expect(listed.out).not.toMatch(/private/);
    }
    expect(await json('failures', 'list', '--function', 'heartbeat')).toEqual([]);
    expect(await json('failures', 'list', '--since', '2999-01-01')).toEqual([]);
    expect(await json('failures', 'list', '--function', 'push', '--since', '1h')).toHaveLength(1);
    expect(left()).toHaveLength(1);
  });

  it('is listed by REST for its application alone, without its event', { tags: 'slow' }, async () => {
    await failPush('a very private matter');
    await queue(record('of-a-departure', { user: { app: app.id, id: 'tom' } }));
    await queue(record('of-another-application', { app: 'another' }));
    await queue(record('of-the-stage', {}));
    await queue('no record at all');
    const { status, body } = await ask('GET', '/failures');
    expect([status, body]).toEqual([
      200,
      {
        failures: [
          { id: 'of-a-departure', time: expect.any(Number), function: 'gone', attempts: 3, error: 'RetriesExhausted' },
          {
            id: expect.any(String),
            time: expect.any(Number),
            function: expect.stringMatching(/^Macaw-prod-Realtime-PushFunction/),
            attempts: 3,
            error: expect.any(String),
          },
        ],
        more: false,
      },
    ]);
    expect(JSON.stringify(body)).not.toMatch(/private/);
    // They are still there, for other readers too.
    expect(await json('failures', 'list')).toHaveLength(5);
  });

  it('is done again when it is redriven, and then is gone', { tags: 'slow' }, async () => {
    const [one, other] = [await failPush('first'), await failPush('second')];
    const [{ id }] = await json('failures', 'list');
    expect(await run(['failures', 'redrive', '--id', id])).toMatchObject({ code: 0, out: '1 invoked again\n' });
    expect(await pushesTo(one)).toHaveLength(1);
    expect(await pushesTo(other)).toEqual([]);
    expect(left()).toHaveLength(1);
    expect(await run(['failures', 'redrive', '--all'])).toMatchObject({ code: 0, out: '1 invoked again\n' });
    expect(await pushesTo(other)).toHaveLength(1);
    expect(await run(['failures', 'list'])).toMatchObject({ out: 'There are no failures\n' });
  });

  it('stays when it cannot be invoked again, and everything else is', { tags: 'slow' }, async () => {
    const phone = await failPush('hello');
    await queue(record('of-one-gone', {}));
    await queue('no record at all \u001b[31m');

    const redriven = await run(['failures', 'redrive', '--all']);
    expect(redriven.code).toBe(1);
    expect(redriven.out.split('\n')).toEqual([
      '1 invoked again',
      expect.stringMatching(/^of-one-gone was not processed: Function not found/),
      expect.stringMatching(/ was not processed: It is not a record of a failed invocation$/),
      '',
    ]);
    expect(await pushesTo(phone)).toHaveLength(1);
    expect(await json('failures', 'list')).toMatchObject([
      { id: 'of-one-gone', error: 'RetriesExhausted' },
      { function: '?' },
    ]);
    expect(await run(['failures', 'drop', '--id', 'of-one-gone', '--id', 'nobody'])).toMatchObject({
      code: 1,
      out: '1 deleted\nThere is no failure nobody\n',
    });
    expect(left()).toHaveLength(1);
  });
});
