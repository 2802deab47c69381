// @module-tag slow

import { beforeAll, describe, expect, it } from 'vitest';
import { Device, text } from '../support/device.ts';
import { type Line, Logs } from '../support/logs.ts';
import { app, befriend, credentials, macaw, rest, someone } from '../support/macaw.ts';
import { telephones } from '../support/phone.ts';
import { busy } from './busy.ts';

const logs = new Logs();
const system = macaw({ log: logs.log, retryDelayMs: () => 1 });
const phones = telephones(system);

/** The lines that functions with this logical id prefix log during an action. */
async function loggedBy(functionId: string, act: () => Promise<unknown>): Promise<Line[]> {
  await system.cloud.settled();
  const mark = logs.entries.length;
  await act();
  await system.cloud.settled();
  return linesSince(mark).filter((line) => line.functionId.startsWith(functionId));
}

function linesSince(mark: number): Line[] {
  const some = new Logs();
  some.entries.push(...logs.entries.slice(mark));
  return some.lines();
}

describe('after a busy hour', () => {
  let secrets: string[] = [];
  beforeAll(async () => {
    secrets = await busy(system);
  }, 120_000);

  it('no line holds what was said, or a key, password or token', () => {
    expect(secrets).not.toContain('undefined');
    expect(logs.text().length).toBeGreaterThan(20);
    for (const line of logs.text()) for (const secret of secrets) expect(line).not.toContain(secret);
  });

  it('every line is JSON, and says which function, invocation and request it comes from', () => {
    for (const line of logs.lines()) {
      if ('PushCertificateDaysLeft' in line) continue;
      expect(line).toMatchObject({
        service: 'Macaw-prod',
        function_name: expect.stringMatching(/^Macaw-prod-/),
        function_request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        correlation_id: expect.stringMatching(/\S/),
      });
    }
  });

  it('every line of an error has a level, a time, a sentence, and where it came from', () => {
    const errors = logs
      .lines()
      .filter(({ level, message }) => level === 'ERROR' && message !== 'Lambda timeout imminent');
    expect(errors.length).toBeGreaterThan(2);
    for (const line of errors) {
      expect(line).toMatchObject({
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        message: expect.any(String),
        cold_start: expect.any(Boolean),
        error: { name: expect.any(String), message: expect.any(String), stack: expect.stringMatching(/\n +at /) },
      });
    }
  });
});

describe('a message', () => {
  it('can be followed from the frame to the push by one correlation id, and by its own', async () => {
    await phones.credentials();
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    await phones.offline(jerry);
    const toms = await Device.login('4.8.4', system.origin, tom);
    let id: unknown;
    const act = async () => {
      id = Object(await toms.say(text(jerry, 'hello'))).id;
    };
    const lines = (await loggedBy('', act)).filter(({ message_id }) => message_id === id);
    const [frame, push] = ['Message', 'Push'].map((name) => lines.find((line) => line.functionId.startsWith(name)));
    expect(frame).toMatchObject({ app: app.id, connection_id: expect.stringMatching(/\S/), FriendMessages: 1 });
    expect(push).toMatchObject({ app: app.id, correlation_id: frame?.correlation_id, PushesSent: 1 });
    expect(push?.function_request_id).not.toBe(frame?.function_request_id);
  });

  it('of the system keeps the correlation id of the request that sent it', async () => {
    const tom = someone('tom');
    const toms = await Device.login('4.8.4', system.origin, tom);
    const body = { content: { media: 0, body: 'hello' } };
    const headers = { 'X-ML-MasterKey': app.masterKey };
    const act = async () => {
      await rest(system.origin, 'POST', `/system/${tom}`, { body, headers });
      await toms.systems.at();
    };
    const [line] = await loggedBy('Deliver', act);
    expect(line).toMatchObject({ app: app.id, SystemMessages: 1, DeliveryLatency: expect.any(Number) });
    // Gateway request ids differ in format from Lambda request ids.
    expect(line?.correlation_id).not.toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('a connection', () => {
  it('has its id on the line of the join that was refused', async () => {
    const query = { auth: JSON.stringify(credentials({ client: someone() }, 'a wrong key')) };
    const [line] = await loggedBy('Message', async () => {
      const device = new Device('4.8.4', system.origin, { query, options: { reconnection: false } });
      await device.disconnects.at();
    });
    expect(line).toMatchObject({ LoginsRefused: 1, connection_id: expect.stringMatching(/\S/) });
  });
});

describe('a handler that fails', () => {
  it('logs its error with its stack, and still fails', async () => {
    const [line] = await loggedBy('Disconnect', () =>
      expect(system.cloud.invoke('Disconnect', {})).rejects.toThrow('requestContext'),
    );
    expect(line).toMatchObject({
      level: 'ERROR',
      message: 'Invocation failed',
      error: { stack: expect.stringMatching(/functions\/handlers\/disconnect\.ts:\d+:\d+/) },
    });
  });

  it('tells clients nothing of that', { tags: 'slow' }, async () => {
    await system.cloud.settled();
    system.cloud.throttle('dynamodb', 20);
    const { status, body } = await rest(system.origin, 'GET', `/ctx/${someone()}/friends`, {
      headers: { 'X-ML-AppId': 'another' },
    });
    system.cloud.throttle('dynamodb', 0);
    expect({ status, body }).toEqual({
      status: 500,
      body: { errorCode: 5002, errorMessage: 'Internal server error; nothing was stored; try again' },
    });
  });
});
