// @module-tag slow

import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../../local/cloud.ts';
import { p8, p12 } from '../support/certificates.ts';
import { Device } from '../support/device.ts';
import { app, macaw, rest, someone } from '../support/macaw.ts';
import { BUNDLE, telephones } from '../support/phone.ts';

const log: LogEntry[] = [];
const system = macaw({ own: true, log: (entry) => log.push(entry) });
const { ask, offline } = telephones(system);

const base64 = (text: string) => Buffer.from(text).toString('base64');
const ids = { keyId: 'ABC1234567', teamId: 'TEAM123456', bundleId: BUNDLE };
const upload = (platform: string, body: object) => ask('PUT', `/2.0/push/credentials/${platform}`, body);

const serviceAccount = (more: object = {}) =>
  base64(
    JSON.stringify({
      type: 'service_account',
      project_id: 'chat-1',
      private_key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
        type: 'pkcs8',
        format: 'pem',
      }),
      client_email: 'push@chat-1.example',
      ...more,
    }),
  );

describe('credentials for push services', () => {
  it('of every kind are taken, shown without their secrets, and replaced', async () => {
    const certificate = await upload('apns', { file: p12('correct horse'), password: 'correct horse' });
    expect(certificate).toMatchObject({
      status: 200,
      body: { platform: 'apns', kind: 'certificate', bundle: BUNDLE, expires: expect.stringMatching(/^\d{4}-.*Z$/) },
    });
    expect(await upload('apns_sandbox', { file: base64(p8()), ...ids })).toMatchObject({
      status: 200,
      body: { platform: 'apns_sandbox', kind: 'key', bundle: BUNDLE },
    });
    expect(await upload('fcm', { file: serviceAccount() })).toMatchObject({
      status: 200,
      body: { platform: 'fcm', kind: 'service account', bundle: 'chat-1' },
    });
    expect((await ask('GET', '/2.0/push/credentials')).body).toEqual([
      certificate.body,
      { platform: 'apns_sandbox', kind: 'key', bundle: BUNDLE },
      { platform: 'fcm', kind: 'service account', bundle: 'chat-1' },
    ]);
    expect((await upload('apns', { file: base64(p8()), ...ids })).body).toEqual({
      platform: 'apns',
      kind: 'key',
      bundle: BUNDLE,
    });
    // Restores the certificate for the metric below.
    expect((await upload('apns', { file: p12('x', { days: 30.5 }), password: 'x' })).status).toBe(200);
    const applications = system.cloud.calls.summary(0).calls;
    expect(applications).toMatchObject({
      'sns:CreatePlatformApplication': 3,
      'sns:SetPlatformApplicationAttributes': 2,
    });
  });

  it('of Google make Android telephones reachable', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const phone = await offline(jerry, { deviceType: 'android', deviceToken: `registration:${jerry}` });
    const device = await Device.login('4.8.4', system.origin, tom);
    await device.say({ to: { id: jerry, type: 4 }, content: { media: 0, body: 'hi' }, push: { prefix: '> ' } });
    const { platform, payload } = await system.cloud.outbox.nextPush(phone.token);
    expect(platform).toBe('GCM');
    const { notification, data } = Object(payload).fcmV1Message.message;
    expect(notification).toEqual({ body: '> hi' });
    expect(JSON.parse(data.parrot)).toMatchObject({ from: { id: tom, type: 4 }, content: { media: 0, body: 'hi' } });
  });

  it.each([
    [
      'a wrong password',
      'apns',
      () => ({ file: p12('right'), password: 'wrong' }),
      'password: wrong password for the file',
    ],
    ['no password', 'apns', () => ({ file: p12('right') }), 'password: wrong password for the file'],
    [
      'an expired certificate',
      'apns',
      () => ({ file: p12('x', { days: -1 }), password: 'x' }),
      /^file: the certificate expired on \d{4}-\d\d-\d\dT/,
    ],
    [
      'no private key',
      'apns',
      () => ({ file: p12('x', { withoutKey: true }), password: 'x' }),
      'file: no private key; export the certificate together with its key',
    ],
    [
      'another bundle',
      'apns',
      () => ({ file: p12('x', { bundle: 'com.other' }), password: 'x', bundleId: BUNDLE }),
      `bundleId: the certificate is for com.other, not for ${BUNDLE}`,
    ],
    [
      'a certificate for development',
      'apns',
      () => ({ file: p12('x', { development: true }), password: 'x' }),
      'file: the certificate is for development; upload it for apns_sandbox',
    ],
    ['no .p12', 'apns', () => ({ file: base64('hello') }), 'file: expected a complete .p12 file as base64'],
    [
      'a key on another curve',
      'apns',
      () => ({ file: base64(p8('P-384')), ...ids }),
      'file: expected a .p8 key of Apple (an EC private key on P-256) as base64',
    ],
    [
      'a key without its ids',
      'apns',
      () => ({ file: base64(p8()), keyId: ids.keyId }),
      'keyId, teamId, bundleId: all are required for a .p8 key',
    ],
    [
      'ids that are none',
      'apns',
      () => ({ file: base64(p8()), ...ids, teamId: 'me' }),
      'keyId, teamId: expected 10 upper-case letters and digits each',
    ],
    [
      'no service account',
      'fcm',
      () => ({ file: serviceAccount({ private_key: 'none' }) }),
      'file: expected a key of a Google service account (JSON) as base64',
    ],
    [
      'another project',
      'fcm',
      () => ({ file: serviceAccount(), bundleId: 'chat-2' }),
      'bundleId: the key is for the project chat-1, not for chat-2',
    ],
  ])('are refused for %s, with a sentence that says so', async (_, platform, body, error) => {
    const { status, body: answer } = await upload(platform, body());
    expect(status).toBe(400);
    expect(answer).toEqual({
      code: 107,
      error: typeof error === 'string' ? error : expect.stringMatching(error),
    });
  });

  it('are refused when the request itself is wrong', async () => {
    expect(await upload('windows', { file: 'x' })).toMatchObject({ status: 400, body: { code: 107 } });
    expect(await upload('apns', {})).toMatchObject({
      status: 400,
      body: { code: 107, error: expect.stringContaining('body.file') },
    });
    expect(await ask('POST', '/2.0/push/credentials')).toMatchObject({ status: 405, body: { code: 108 } });
    expect(await ask('GET', '/2.0/push/nothing')).toMatchObject({ status: 404, body: { code: 101 } });
  });

  it('are the business of the master key alone', async () => {
    for (const [method, path] of [
      ['PUT', '/2.0/push/credentials/apns'],
      ['GET', '/2.0/push/credentials'],
      ['PUT', '/2.0/push/settings'],
      ['GET', '/2.0/push/settings'],
    ] as const) {
      expect(await rest(system.origin, method, path, method === 'PUT' ? { body: {} } : {})).toMatchObject({
        status: 403,
        body: { code: 119, error: 'This request needs the master key: send it as X-ML-MasterKey' },
      });
    }
  });

  it('are watched: once a day the days that certificates have left become a metric', async () => {
    await system.cloud.fire('PushExpirySchedule');
    const dimensions = { service: 'Macaw-prod' };
    const ofStage = system.cloud.metrics.find({ name: 'PushCertificateDaysLeft', dimensions });
    expect(ofStage.flatMap(({ values }) => values)).toEqual([30]);
    const ofApp = { ...dimensions, app: app.id, platform: 'APNS' };
    expect(system.cloud.metrics.find({ name: 'PushCertificateDaysLeft', dimensions: ofApp })).toEqual([
      {
        namespace: 'Macaw',
        name: 'PushCertificateDaysLeft',
        unit: 'None',
        dimensions: ofApp,
        values: [30],
        timestamp: expect.any(Number),
      },
    ]);
  });

  it('never come into a log', () => {
    const everything = JSON.stringify(log);
    for (const secret of ['BEGIN', 'correct horse', 'private_key']) expect(everything).not.toContain(secret);
  });
});
