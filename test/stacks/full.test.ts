// @module-tag slow

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { synthesize } from '../../scripts/synth.ts';
import { look, picture } from '../attachments/images.ts';
import { put, Upload } from '../attachments/uploads.ts';
import { Database } from '../support/database.ts';
import { Device } from '../support/device.ts';
import { app, rest, someone } from '../support/macaw.ts';
import { ofType, templateIn, temporaryDirectories } from './assembly.ts';
import { expectSnapshots } from './snapshots.ts';

// The second configuration, with every option set.

const CONFIGURATION = 'test/stacks/full.json';

const temporary = temporaryDirectories();
const assembly = temporary();
beforeAll(() => {
  // As an earlier version left it.
  mkdirSync(join(assembly, 'bundles/message'), { recursive: true });
  writeFileSync(join(assembly, 'bundles/message/index.mjs'), '');
  return synthesize(assembly, { configuration: CONFIGURATION });
});
const template = (stack: string) => templateIn(assembly, stack);

it('the templates match the accepted snapshots', () => expectSnapshots(assembly, 'prod', 'full', 7));

it('assets contain no files of an earlier synthesis', () => {
  const files = readdirSync(assembly, { recursive: true }).map(String);
  expect(files.filter((file) => file.endsWith('index.cjs')).length).toBeGreaterThan(20);
  expect(files.filter((file) => file.endsWith('index.mjs'))).toEqual([]);
});

describe('a domain', () => {
  it('is a name of the distribution, with its certificate, and in DNS for IPv4 and IPv6', () => {
    const edge = template('Edge');
    const [distribution] = ofType(edge, 'AWS::CloudFront::Distribution');
    expect(distribution?.Properties.DistributionConfig).toMatchObject({
      Aliases: ['chat.example.com'],
      ViewerCertificate: {
        AcmCertificateArn: expect.stringContaining(':us-east-1:'),
        MinimumProtocolVersion: 'TLSv1.2_2021',
        SslSupportMethod: 'sni-only',
      },
    });
    const records = ofType(edge, 'AWS::Route53::RecordSet').map(({ Properties }) => Properties);
    expect(records.map(({ Type }) => Type)).toEqual(['A', 'AAAA']);
    for (const record of records) {
      expect(record).toMatchObject({ Name: 'chat.example.com', AliasTarget: { HostedZoneId: 'Z2FDTNDATAQYW2' } });
    }
  });

  it('is what clients are given, and what attachments are read from', () => {
    const edge = template('Edge');
    expect(edge.Outputs.Endpoint?.Value).toBe('https://chat.example.com');
    const urls = ofType(edge, 'AWS::Lambda::Function').flatMap(
      ({ Properties }) => Properties.Environment?.Variables.PUBLIC_URL ?? [],
    );
    expect(urls).toEqual(['https://chat.example.com']);
  });
});

describe('a firewall', () => {
  it('refuses addresses that come too often, in words that clients know, and lets in all others', () => {
    const [acl] = ofType(template('Firewall'), 'AWS::WAFv2::WebACL');
    expect(acl?.Properties).toMatchObject({
      Scope: 'CLOUDFRONT',
      DefaultAction: { Allow: {} },
      Rules: [
        {
          Statement: { RateBasedStatement: { AggregateKeyType: 'IP', Limit: 3000, EvaluationWindowSec: 300 } },
          Action: { Block: { CustomResponse: { ResponseCode: 429, CustomResponseBodyKey: 'TooOften' } } },
        },
      ],
    });
    const bodies = acl?.Properties.CustomResponseBodies as Record<string, { Content: string }> | undefined;
    expect(JSON.parse(bodies?.TooOften?.Content ?? '')).toEqual({
      errorCode: 5008,
      errorMessage: expect.stringContaining('the limit is 3000'),
    });
  });
});

describe('data that is not kept', () => {
  it('goes with the stacks, without a hand', () => {
    const tables = ofType(template('Data'), 'AWS::DynamoDB::Table');
    expect(tables.length).toBeGreaterThan(4);
    for (const { Properties, DeletionPolicy } of tables) {
      expect(DeletionPolicy).toBe('Delete');
      expect(Properties).toMatchObject({
        DeletionProtectionEnabled: false,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
      });
    }
    const [bucket] = ofType(template('Edge'), 'AWS::S3::Bucket');
    expect(bucket?.DeletionPolicy).toBe('Delete');
    expect(ofType(template('Edge'), 'Custom::S3AutoDeleteObjects')).toHaveLength(1);
  });
});

it('logs are kept for as long as was said, in every stack', () => {
  const logs = ['Data', 'Realtime', 'Rest', 'Edge'].flatMap((stack) => ofType(template(stack), 'AWS::Logs::LogGroup'));
  expect(logs.length).toBeGreaterThan(10);
  for (const { Properties } of logs) expect(Properties.RetentionInDays).toBe(90);
});

it('text messages have the chosen limit, and an alarm at 80% of it', () => {
  const limits = ofType(template('Rest'), 'AWS::Lambda::Function').flatMap(
    ({ Properties }) => Properties.Environment?.Variables.SMS_PER_DAY ?? [],
  );
  expect(limits).toEqual(['50']);
  const alarm = ofType(template('Operations'), 'AWS::CloudWatch::Alarm').find(
    ({ Properties }) => Properties.MetricName === 'SmsSent',
  );
  expect(alarm?.Properties).toMatchObject({ Threshold: 40, Period: 86_400, Statistic: 'Sum' });
});

it('attachments are deleted when they were said to be, and cached no longer', () => {
  const [bucket] = ofType(template('Edge'), 'AWS::S3::Bucket');
  expect(bucket?.Properties.LifecycleConfiguration).toMatchObject({ Rules: [{ ExpirationInDays: 30 }, {}] });
});

it('the first application is what the file says, unless parameters say otherwise', () => {
  expect(template('Data').Parameters).toMatchObject({ AppId: { Default: 'full' }, Mode: { Default: 'strict' } });
});

describe('on the local cloud', () => {
  let database: Database;
  beforeAll(async () => {
    database = await Database.start(assembly);
  });
  afterAll(() => database?.stop());

  it('messages expire when their kind of conversation does', async () => {
    const origin = database.cloud.origin;
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const [device] = [await Device.login('4.8.4', origin, tom), await Device.login('2.5.0', origin, jerry)];
    const before = Date.now();
    expect(await device.say({ to: { id: jerry, type: 4 }, content: { media: 0, body: 'hello' } })).toMatchObject({
      success: true,
    });
    const stored = (await database.messages()).find(({ speaker }) => speaker === tom);
    const days = (Number(stored?.expires) - before / 1000) / (24 * 60 * 60);
    expect(Math.floor(days)).toBe(60);
  });

  it('attachments are uploaded to and read from the domain', async () => {
    const content = picture('.jpg', 20, 10);
    const { body } = await rest(database.cloud.origin, 'POST', '/attachment', {
      body: { filename: 'cat.jpg', contentType: 'image/jpeg', size: content.length },
      headers: { 'X-ML-MasterKey': app.masterKey },
    });
    const prepared = Upload.parse(body);
    expect(prepared.urls[0]).toContain(`${database.cloud.origin}/attachments/images/`);
    expect((await put(prepared, content)).status).toBe(200);
    const response = await fetch(prepared.urls[0] ?? '');
    expect(response.headers.get('cache-control')).toBe('public, max-age=2592000, immutable');
    expect(look(new Uint8Array(await response.arrayBuffer()))).toMatchObject({ width: 20, height: 10 });
  });
});
