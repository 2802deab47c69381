// @module-tag slow

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { describe, expect, test } from 'vitest';
import { p8, pushCertificate } from '../support/certificates.ts';
import { fixtureFunction, run, synthesize } from './fixture.ts';

const assembly = synthesize((stack) => {
  const free = fixtureFunction(stack, 'Free', 'callSns');
  free.addToRolePolicy(new PolicyStatement({ actions: ['sns:*'], resources: ['*'] }));
  const bound = fixtureFunction(stack, 'Bound', 'callSns');
  bound.addToRolePolicy(
    new PolicyStatement({
      actions: ['sns:CreatePlatformEndpoint', 'sns:Publish'],
      resources: ['arn:aws:sns:*:*:app/*', 'arn:aws:sns:*:*:endpoint/*'],
    }),
  );
});

const apple = pushCertificate();
const certificate = { PlatformPrincipal: apple.certificate, PlatformCredential: apple.key };
const TOKEN = 'a1'.repeat(32);

async function start(options: Parameters<typeof run>[1] = {}) {
  const running = await run(assembly, options);
  const call = async (operation: string, input: object, fn = 'Free'): Promise<Record<string, unknown>> =>
    Object(await running.cloud.invoke(fn, { operation, input }));
  const application = async (Name = 'chat', Platform = 'APNS', Attributes: object = certificate) =>
    String((await call('CreatePlatformApplication', { Name, Platform, Attributes })).PlatformApplicationArn);
  const endpoint = async (PlatformApplicationArn: string, Token = TOKEN, more: object = {}) =>
    String((await call('CreatePlatformEndpoint', { PlatformApplicationArn, Token, ...more })).EndpointArn);
  const push = (TargetArn: string, message: object, more: object = {}) =>
    call('Publish', { TargetArn, MessageStructure: 'json', Message: JSON.stringify(message), ...more });
  return { ...running, call, application, endpoint, push };
}

const payload = (text: string) => JSON.stringify({ aps: { alert: text } });

describe('platform applications', () => {
  test('are created, read, listed, changed and deleted; what they show holds no credentials', async () => {
    const { call, application } = await start();
    const PlatformApplicationArn = await application();
    expect(PlatformApplicationArn).toBe('arn:aws:sns:us-east-1:000000000000:app/APNS/chat');
    const shown = await call('GetPlatformApplicationAttributes', { PlatformApplicationArn });
    expect(shown).toEqual({
      Attributes: { Enabled: 'true', AppleCertificateExpirationDate: expect.stringMatching(/^\d{4}-.*Z$/) },
    });
    const key = {
      PlatformPrincipal: 'ABC1234567',
      PlatformCredential: p8(),
      ApplePlatformTeamID: 'TEAM123456',
      ApplePlatformBundleID: 'com.example.chat',
    };
    await call('SetPlatformApplicationAttributes', { PlatformApplicationArn, Attributes: key });
    expect(await call('ListPlatformApplications', {})).toEqual({
      PlatformApplications: [
        {
          PlatformApplicationArn,
          Attributes: { Enabled: 'true', ApplePlatformTeamID: 'TEAM123456', ApplePlatformBundleID: 'com.example.chat' },
        },
      ],
    });
    await call('DeletePlatformApplication', { PlatformApplicationArn });
    expect(await call('GetPlatformApplicationAttributes', { PlatformApplicationArn })).toMatchObject({
      error: 'NotFoundException',
    });
  });

  test.each([
    ['APNS', {}],
    ['APNS', { ...certificate, PlatformCredential: pushCertificate().key }],
    ['APNS_SANDBOX', { PlatformPrincipal: apple.certificate, PlatformCredential: 'secret' }],
    ['APNS', { ...certificate, PlatformPrincipal: pushCertificate({ days: -1 }).certificate }],
    ['APNS', { PlatformPrincipal: 'short', PlatformCredential: p8(), ApplePlatformTeamID: 'TEAM123456' }],
    ['GCM', { PlatformCredential: '{"type": "service_account"}' }],
  ])('with bad credentials are refused (%s, %#)', async (platform, attributes) => {
    const { call } = await start();
    expect(await call('CreatePlatformApplication', { Name: 'a', Platform: platform, Attributes: attributes })).toEqual({
      error: 'InvalidParameterException',
      message: 'Invalid parameter: Attributes Reason: Platform credentials are invalid',
    });
  });
});

describe('endpoints', () => {
  test('are created once for equal attributes, and named by the refusal when attributes differ', async () => {
    const { call, application, endpoint } = await start();
    const app = await application();
    const made = await endpoint(app, TOKEN, { CustomUserData: 'tom' });
    expect(await endpoint(app, TOKEN, { CustomUserData: 'tom' })).toBe(made);
    expect(
      await call('CreatePlatformEndpoint', { PlatformApplicationArn: app, Token: TOKEN, CustomUserData: 'jerry' }),
    ).toEqual({
      error: 'InvalidParameterException',
      message: `Invalid parameter: Token Reason: Endpoint ${made} already exists with the same Token, but different attributes.`,
    });
    expect(await call('GetEndpointAttributes', { EndpointArn: made })).toEqual({
      Attributes: { Enabled: 'true', CustomUserData: 'tom', Token: TOKEN },
    });
    await call('SetEndpointAttributes', { EndpointArn: made, Attributes: { Token: 'b2', Enabled: 'false' } });
    expect(await call('ListEndpointsByPlatformApplication', { PlatformApplicationArn: app })).toEqual({
      Endpoints: [{ EndpointArn: made, Attributes: { Enabled: 'false', CustomUserData: 'tom', Token: 'b2' } }],
    });
    await call('DeleteEndpoint', { EndpointArn: made });
    await call('DeleteEndpoint', { EndpointArn: made });
    expect(await call('GetEndpointAttributes', { EndpointArn: made })).toMatchObject({ error: 'NotFoundException' });
  });

  test('refuse tokens that no device has', async () => {
    const { call, application } = await start();
    const input = { PlatformApplicationArn: await application(), Token: 'no hex' };
    expect(await call('CreatePlatformEndpoint', input)).toMatchObject({ error: 'InvalidParameterException' });
  });

  test('are kept between runs where data is', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'macaw-data-'));
    const first = await start({ dataDir });
    const made = await first.endpoint(await first.application());
    await first.cloud.stop();
    const second = await start({ dataDir });
    expect(await second.call('GetEndpointAttributes', { EndpointArn: made })).toHaveProperty('Attributes.Token', TOKEN);
    await second.cloud.stop();
    rmSync(dataDir, { recursive: true });
  });
});

describe('a push', () => {
  test("takes the platform's part of the message, and ends in the outbox", async () => {
    const { cloud, application, endpoint, push } = await start();
    const target = await endpoint(await application());
    const MessageAttributes = { 'AWS.SNS.MOBILE.APNS.PRIORITY': { DataType: 'String', StringValue: '10' } };
    const { MessageId } = await push(target, { default: 'no', APNS: payload('hi <b>"é"</b>') }, { MessageAttributes });
    expect(await cloud.outbox.nextPush(TOKEN)).toEqual({
      kind: 'push',
      id: MessageId,
      at: expect.any(Number),
      platform: 'APNS',
      application: 'arn:aws:sns:us-east-1:000000000000:app/APNS/chat',
      endpoint: target,
      token: TOKEN,
      payload: { aps: { alert: 'hi <b>"é"</b>' } },
      bytes: Buffer.byteLength(payload('hi <b>"é"</b>')),
      attributes: { 'AWS.SNS.MOBILE.APNS.PRIORITY': '10' },
    });
    const page = await fetch(`${cloud.origin}/_outbox`);
    expect(page.headers.get('content-type')).toContain('text/html');
    const html = await page.text();
    expect(html).toContain('hi &lt;b&gt;');
    expect(html).not.toContain('<b>');
    expect(await (await fetch(`${cloud.origin}/_outbox.json`)).json()).toEqual(cloud.outbox.messages());
  });

  test.each([
    ['too long', { APNS: payload('x'.repeat(4096)) }, {}, 'Invalid parameter: Message too long'],
    [
      'of another platform',
      { GCM: '{}' },
      {},
      "Invalid parameter: JSON must contain an entry for 'default' or 'APNS'.",
    ],
    [
      'without aps',
      { APNS: '{"alert":"hi"}' },
      {},
      'Invalid parameter: Message Reason: Invalid notification for protocol APNS: Notification is malformed',
    ],
    [
      'with a wrong attribute',
      { default: 'hi' },
      { MessageAttributes: { 'AWS.SNS.MOBILE.APNS.PUSH_TYPE': { DataType: 'String', StringValue: 'loud' } } },
      'Invalid parameter: MessageAttributes Reason: loud is no value of AWS.SNS.MOBILE.APNS.PUSH_TYPE',
    ],
  ])('%s is refused', async (_, message, more, expected) => {
    const { cloud, application, endpoint, push } = await start();
    const refusal = await push(await endpoint(await application()), message, more);
    expect(refusal).toEqual({ error: 'InvalidParameterException', message: expected });
    expect(cloud.outbox.messages()).toEqual([]);
  });

  test('may go to Android, where Firebase wants a message of its own', async () => {
    const { cloud, application, endpoint, push } = await start();
    const account = JSON.stringify({ type: 'service_account', project_id: 'chat', private_key: 'x' });
    const target = await endpoint(await application('chat', 'GCM', { PlatformCredential: account }), 'token:1');
    await push(target, { GCM: JSON.stringify({ fcmV1Message: { message: { data: { a: '1' } } } }) });
    expect(await cloud.outbox.nextPush('token:1')).toMatchObject({ platform: 'GCM' });
  });

  test('fails on request: disabled, throttled, failing, without an endpoint', async () => {
    const { cloud, application, endpoint, push, call } = await start();
    const target = await endpoint(await application());
    const { faults } = cloud.outbox;
    const attempt = () => push(target, { default: 'hi' });
    faults.throttle(TOKEN);
    faults.fail(TOKEN);
    expect(await attempt()).toEqual({ error: 'Throttling', message: 'Rate exceeded' });
    expect(await attempt()).toMatchObject({ error: 'InternalErrorException' });
    expect(await attempt()).toHaveProperty('MessageId');
    faults.disable(TOKEN);
    expect(await attempt()).toEqual({ error: 'EndpointDisabledException', message: 'Endpoint is disabled' });
    await call('SetEndpointAttributes', { EndpointArn: target, Attributes: { Enabled: 'true' } });
    expect(await attempt()).toHaveProperty('MessageId');
    await call('DeleteEndpoint', { EndpointArn: target });
    expect(await attempt()).toMatchObject({ error: 'InvalidParameterException' });
    expect(cloud.outbox.messages()).toHaveLength(2);
  });
});

describe('a text message', () => {
  const transactional = {
    'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: 'Transactional' },
  };

  test('ends in the outbox; each is answered to one waiter only', async () => {
    const { cloud, call } = await start();
    const to = '+4915112345678';
    const first = cloud.outbox.nextSms(to);
    await call('Publish', { PhoneNumber: to, Message: 'Your code: 123456', MessageAttributes: transactional });
    await call('Publish', { PhoneNumber: to, Message: 'Your code: 654321', MessageAttributes: transactional });
    expect(await first).toMatchObject({
      kind: 'sms',
      text: 'Your code: 123456',
      attributes: { 'AWS.SNS.SMS.SMSType': 'Transactional' },
    });
    expect((await cloud.outbox.nextSms(to)).text).toBe('Your code: 654321');
    await expect(cloud.outbox.nextSms(to, 10)).rejects.toThrow('No matching message');
  });

  test.each([
    ['a number that is none', { PhoneNumber: '0151123' }],
    ['a type that is none', { MessageAttributes: { 'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: 'x' } } }],
    ['too long a text', { Message: 'x'.repeat(1601) }],
  ])('is refused for %s', async (_, wrong) => {
    const { call } = await start();
    const refusal = await call('Publish', { PhoneNumber: '+4915112345678', Message: 'hi', ...wrong });
    expect(refusal).toMatchObject({ error: 'InvalidParameterException' });
  });
});

describe('permissions', () => {
  test('are asked with the action, and with the application, endpoint or telephone number as the resource', async () => {
    const { cloud, application, endpoint, call } = await start();
    const app = await application();
    const made = await endpoint(app);
    const mark = cloud.calls.mark();
    expect(await call('CreatePlatformEndpoint', { PlatformApplicationArn: app, Token: 'c3' }, 'Bound')).toHaveProperty(
      'EndpointArn',
    );
    expect(await call('Publish', { TargetArn: made, Message: 'hi' }, 'Bound')).toHaveProperty('MessageId');
    for (const [operation, input] of Object.entries({
      Publish: { PhoneNumber: '+4915112345678', Message: 'hi' },
      DeleteEndpoint: { EndpointArn: made },
      ListPlatformApplications: {},
    })) {
      expect(await call(operation, input, 'Bound')).toMatchObject({
        error: 'AuthorizationErrorException',
        message: expect.stringContaining(`is not authorized to perform: SNS:${operation} on resource: `),
      });
    }
    const seen = cloud.calls.since(mark).flatMap((entry) => (entry.service === 'sns' ? [entry] : []));
    expect(seen.map(({ action, allowed }) => [action, allowed])).toEqual([
      ['sns:CreatePlatformEndpoint', true],
      ['sns:Publish', true],
      ['sns:Publish', false],
      ['sns:DeleteEndpoint', false],
      ['sns:ListPlatformApplications', false],
    ]);
  });

  test('what is not emulated says so', async () => {
    const { call } = await start();
    expect(await call('ListTopics', {})).toMatchObject({
      message: 'The local cloud does not implement ListTopics of SNS',
    });
  });
});
