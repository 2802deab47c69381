// @module-tag slow

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: so S3 writes its variables.
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ArnPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { LambdaDestination } from 'aws-cdk-lib/aws-s3-notifications';
import { describe, expect, test } from 'vitest';
import { startCloud } from '../../local/cloud.ts';
import { fixtureFunction, type Running, run, synthesize, temporaryDirectory } from './fixture.ts';

const ORIGIN = 'https://app.example';

const assembly = synthesize((stack, app) => {
  const files = new s3.Bucket(stack, 'Files', {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    encryption: s3.BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    lifecycleRules: [{ expiration: Duration.days(30) }],
    cors: [
      {
        allowedOrigins: [ORIGIN],
        allowedMethods: [s3.HttpMethods.POST, s3.HttpMethods.GET],
        allowedHeaders: ['content-type'],
        exposedHeaders: ['ETag'],
        maxAge: 600,
      },
    ],
    autoDeleteObjects: true,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const storing = (id: string) =>
    fixtureFunction(stack, id, 'storage', { environment: { BUCKET: files.bucketName } }, './storage-handlers.ts');
  files.grantReadWrite(storing('Storage'));
  files.grantPut(storing('Writer'));
  const outsider = storing('Outsider');
  const reader = storing('Reader');
  files.grantRead(reader, 'public/*');
  files.addToResourcePolicy(
    new PolicyStatement({
      actions: ['s3:GetObject'],
      resources: [files.arnForObjects('shared/*')],
      principals: [new ArnPrincipal(outsider.role?.roleArn ?? '')],
    }),
  );
  const notified = fixtureFunction(stack, 'Notified', 'notified', {}, './storage-handlers.ts');
  files.addEventNotification(s3.EventType.OBJECT_CREATED, new LambdaDestination(notified), { prefix: 'in box/' });

  const open = new s3.Bucket(new Stack(app, 'Elsewhere'), 'Open', {
    bucketName: 'open-to-all',
    publicReadAccess: true,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ACLS_ONLY,
  });
  open.addToResourcePolicy(
    new PolicyStatement({
      effect: Effect.DENY,
      actions: ['s3:GetObject'],
      resources: [open.arnForObjects('secret/*')],
      principals: [new ArnPrincipal('*')],
    }),
  );
});

async function start(options: Parameters<typeof run>[1] = {}) {
  const running = await run(assembly, { allowedOrigins: ['*'], ...options });
  const call = (fn: string, what: string, input: object = {}, more: object = {}) =>
    running.cloud.invoke(fn, { do: what, input, ...more });
  return { ...running, call };
}

interface Post {
  url: string;
  fields: Record<string, string>;
}

/** What a function has signed for a browser, after the test has changed it. */
async function presignedPost(
  { cloud }: Running,
  {
    conditions = [],
    fields = {},
    ...rest
  }: { conditions?: unknown[]; fields?: object; expires?: number; key?: string },
): Promise<Post> {
  const { expires, key = 'uploads/cat.png' } = rest;
  const input = { Key: key, Conditions: conditions, Fields: fields };
  const post = Object(await cloud.invoke('Storage', { do: 'presign-post', input, expires }));
  return { url: String(post.url), fields: post.fields };
}

async function upload(
  post: Post,
  content: string | Blob,
  name = 'cat.png',
): Promise<{ status: number; text: string; headers: Headers }> {
  const form = new FormData();
  for (const [field, value] of Object.entries(post.fields)) form.set(field, value);
  form.set('file', typeof content === 'string' ? new Blob([content]) : content, name);
  // A field after the file counts for nothing.
  form.set('late', 'x');
  const response = await fetch(post.url, { method: 'POST', body: form });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

describe('objects', () => {
  test('are stored, read, listed, copied and deleted by whoever may', async () => {
    const { call, cloud } = await start();
    const mark = cloud.calls.mark();
    const Key = 'a b/ü+%&.txt';
    expect(
      await call('Storage', 'put', { Key, Body: 'hello', ContentType: 'text/plain', Metadata: { owner: 'ann' } }),
    ).toMatchObject({ ok: true, status: 200, output: { ETag: '"5d41402abc4b2a76b9719d911017c592"' } });
    expect(await call('Storage', 'get', { Key })).toMatchObject({
      ok: true,
      output: { text: 'hello', ContentType: 'text/plain', ContentLength: 5, Metadata: { owner: 'ann' } },
    });
    expect(await call('Storage', 'head', { Key })).toMatchObject({ ok: true, output: { ContentLength: 5 } });
    const copy = { Key: 'copy', CopySource: `${await bucketOf(call)}/${encodeURIComponent(Key)}` };
    expect(await call('Storage', 'copy', copy)).toMatchObject({ ok: true });
    expect(await call('Storage', 'list')).toMatchObject({ output: { Contents: [{ Key }, { Key: 'copy', Size: 5 }] } });
    expect(await call('Storage', 'delete', { Key })).toMatchObject({ ok: true, status: 204 });
    expect(await call('Storage', 'get', { Key })).toMatchObject({ ok: false, name: 'NoSuchKey', status: 404 });
    expect(cloud.calls.summary(mark, ({ service }) => service === 's3').calls).toEqual({
      's3:PutObject': 1,
      's3:GetObject': 2,
      's3:HeadObject': 1,
      's3:CopyObject': 1,
      's3:ListObjectsV2': 2,
      's3:DeleteObject': 1,
    });
  });

  test('may come as streams, and be read in parts', async () => {
    const { call } = await start();
    const Key = 'stream';
    expect(await call('Storage', 'put-stream', { Key, parts: ['abc', 'def'], ContentLength: 6 })).toMatchObject({
      ok: true,
    });
    expect(await call('Storage', 'get', { Key })).toMatchObject({ output: { text: 'abcdef' } });
    expect(await call('Storage', 'get', { Key, Range: 'bytes=1-2' })).toMatchObject({
      status: 206,
      output: { text: 'bc' },
    });
    expect(await call('Storage', 'get', { Key, Range: 'bytes=-2' })).toMatchObject({
      status: 206,
      output: { text: 'ef' },
    });
    expect(await call('Storage', 'get', { Key, Range: 'bytes=9-' })).toMatchObject({
      status: 416,
      name: 'InvalidRange',
    });
  });

  test('are not replaced when that is what was asked', async () => {
    const { call } = await start();
    const put = { Key: 'once', Body: 'x', IfNoneMatch: '*' };
    expect(await call('Storage', 'put', put)).toMatchObject({ ok: true });
    expect(await call('Storage', 'put', put)).toMatchObject({ name: 'PreconditionFailed', status: 412 });
  });

  test('are there after a restart when data is kept', async () => {
    const dataDir = temporaryDirectory();
    const first = await startCloud({ assembly, dataDir });
    await first.invoke('Storage', { do: 'put', input: { Key: 'kept', Body: 'still here' } });
    await first.stop();
    const { call } = await start({ dataDir });
    expect(await call('Storage', 'get', { Key: 'kept' })).toMatchObject({ output: { text: 'still here' } });
  });

  test('what is not implemented is refused, not ignored', async () => {
    const { call } = await start();
    expect(await call('Storage', 'put', { Key: 'a', Body: 'x', Tagging: 'a=b' })).toMatchObject({
      name: 'NotImplemented',
      message: 'The local cloud does not implement x-amz-tagging',
      status: 501,
    });
    for (const Key of ['a/../../b', 'a//b', 'x'.repeat(201)]) {
      const answer = await call('Storage', 'put', { Key, Body: 'x' });
      expect(answer).toMatchObject({ name: 'NotImplemented', message: expect.stringContaining('keys with a part') });
    }
  });
});

async function bucketOf(call: (fn: string, what: string) => Promise<unknown>): Promise<string> {
  return String(Object(await call('Storage', 'list')).output.Name);
}

describe('permissions', () => {
  test('a missing grant is refused as S3 refuses it', async () => {
    const { call, cloud, log } = await start();
    const mark = cloud.calls.mark();
    const answer = await call('Reader', 'put', { Key: 'public/a', Body: 'x' });
    expect(answer).toMatchObject({ ok: false, name: 'AccessDenied', status: 403 });
    expect(answer).toHaveProperty(
      'message',
      expect.stringMatching(
        /^User: arn:aws:sts::000000000000:assumed-role\/Test-Reader.+ is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::test-files.+\/public\/a" because no identity-based policy allows the s3:PutObject action$/,
      ),
    );
    expect(cloud.calls.since(mark)).toContainEqual(
      expect.objectContaining({ action: 's3:PutObject', allowed: false, status: 403 }),
    );
    expect(log).toContainEqual(expect.objectContaining({ kind: 'denied', action: 's3:PutObject' }));
  });

  test('a grant reaches as far as its prefix', async () => {
    const { call } = await start();
    for (const Key of ['public/a', 'private/a']) await call('Storage', 'put', { Key, Body: 'x' });
    expect(await call('Reader', 'get', { Key: 'public/a' })).toMatchObject({ ok: true });
    expect(await call('Reader', 'get', { Key: 'private/a' })).toMatchObject({ name: 'AccessDenied' });
  });

  test("the bucket's own policy may allow what no role does", async () => {
    const { call } = await start();
    for (const Key of ['shared/a', 'private/a']) await call('Storage', 'put', { Key, Body: 'x' });
    expect(await call('Outsider', 'get', { Key: 'shared/a' })).toMatchObject({ ok: true });
    expect(await call('Outsider', 'get', { Key: 'private/a' })).toMatchObject({ name: 'AccessDenied' });
  });

  test('who may not list does not learn which keys there are', async () => {
    const { call } = await start();
    expect(await call('Outsider', 'get', { Key: 'shared/none' })).toMatchObject({ name: 'AccessDenied', status: 403 });
    expect(await call('Storage', 'get', { Key: 'shared/none' })).toMatchObject({ name: 'NoSuchKey', status: 404 });
  });

  test('without a signature, only a public bucket is read', async () => {
    const { call, cloud } = await start();
    await call('Storage', 'put', { Key: 'a', Body: 'x' });
    const direct = await fetch(`${cloud.origin}/_s3/${await bucketOf(call)}/a`);
    expect({ status: direct.status, text: await direct.text() }).toEqual({
      status: 403,
      text: expect.stringContaining('<Code>AccessDenied</Code>'),
    });
    // A public bucket says that there is nothing only to those who may list it.
    expect((await fetch(`${cloud.origin}/_s3/open-to-all/a`)).status).toBe(403);
    const written = await fetch(`${cloud.origin}/_s3/open-to-all/a`, { method: 'PUT', body: 'x' });
    expect(written.status).toBe(403);
    expect((await fetch(`${cloud.origin}/_s3/nowhere/a`)).status).toBe(404);
  });
});

describe('presigned URLs', () => {
  test('let a browser do the one thing they were made for', async () => {
    const { call } = await start();
    const put = String(await call('Storage', 'presign-put', { Key: 'p/q.txt', ContentType: 'text/plain' }));
    expect(
      (await fetch(put, { method: 'PUT', body: 'content', headers: { 'content-type': 'text/plain' } })).status,
    ).toBe(200);
    const get = String(
      await call('Storage', 'presign-get', { Key: 'p/q.txt', ResponseContentDisposition: 'attachment; filename="q"' }),
    );
    const response = await fetch(get);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="q"');
    expect(response.headers.get('content-type')).toBe('text/plain');
    expect(await response.text()).toBe('content');
    expect((await fetch(get, { method: 'DELETE' })).status).toBe(403);
  });

  test.each([
    ['another key', (url: string) => url.replace('q.txt', 'r.txt'), 'SignatureDoesNotMatch'],
    ['a longer life', (url: string) => url.replace('Expires=60', 'Expires=6000'), 'SignatureDoesNotMatch'],
    ['another signer', (url: string) => url.replace(/ASIA\w+/, 'ASIAAAAAAAAAAAAAAAAA'), 'InvalidAccessKeyId'],
    ['another token', (url: string) => url.replace('Token=local', 'Token=other'), 'InvalidToken'],
  ])('are worth nothing with %s', async (_what, change, code) => {
    const { call } = await start();
    const url = String(await call('Storage', 'presign-get', { Key: 'p/q.txt' }));
    const response = await fetch(change(url));
    expect({ status: response.status >= 400, text: await response.text() }).toEqual({
      status: true,
      text: expect.stringContaining(`<Code>${code}</Code>`),
    });
  });

  test('end', async () => {
    const { call } = await start();
    const url = String(await call('Storage', 'presign-get', { Key: 'a' }, { expires: 1 }));
    await expect.poll(async () => (await fetch(url)).text(), { timeout: 5000 }).toContain('Request has expired');
  });

  test('give no more than the signer may do', async () => {
    const { call } = await start();
    const url = String(await call('Writer', 'presign-get', { Key: 'a' }));
    expect((await fetch(url)).status).toBe(403);
  });
});

describe('presigned posts', () => {
  const limits = {
    conditions: [
      ['content-length-range', 3, 5],
      ['eq', '$Content-Type', 'image/png'],
    ],
    fields: { 'Content-Type': 'image/png', 'Cache-Control': 'max-age=60' },
  };

  test('store a file with the headers of the form', async () => {
    const running = await start();
    const mark = running.cloud.calls.mark();
    const { status, headers } = await upload(await presignedPost(running, limits), '12345');
    expect(status).toBe(204);
    expect(headers.get('etag')).toBe('"827ccb0eea8a706c4c34a16891f84e7b"');
    expect(await running.call('Storage', 'get', { Key: 'uploads/cat.png' })).toMatchObject({
      output: { text: '12345', ContentType: 'image/png', CacheControl: 'max-age=60' },
    });
    expect(running.cloud.calls.since(mark)).toContainEqual(
      expect.objectContaining({ action: 's3:PutObject', functionId: expect.stringMatching(/^Storage/), status: 204 }),
    );
  });

  test('name the file as its sender does, and answer as the form asks', async () => {
    const running = await start();
    const post = await presignedPost(running, {
      key: 'by name/${filename}',
      fields: { success_action_status: '201' },
    });
    const { status, text } = await upload(post, 'x', 'my cat.png');
    expect(status).toBe(201);
    expect(text).toContain('<Key>by name/my cat.png</Key>');
    expect(await running.call('Storage', 'get', { Key: 'by name/my cat.png' })).toMatchObject({ ok: true });
  });

  test.each<[string, (post: Post) => void, string, number, string]>([
    ['one byte too large', () => {}, '123456', 400, 'EntityTooLarge'],
    ['one byte too small', () => {}, '12', 400, 'EntityTooSmall'],
    [
      'of another type',
      ({ fields }) => Object.assign(fields, { 'Content-Type': 'text/html' }),
      '1234',
      403,
      'Policy Condition failed: [&quot;eq&quot;, &quot;$Content-Type&quot;, &quot;image/png&quot;]',
    ],
    [
      'under another key',
      ({ fields }) => Object.assign(fields, { key: 'uploads/dog.png' }),
      '1234',
      403,
      'AccessDenied',
    ],
    [
      'with a field the policy does not know',
      ({ fields }) => Object.assign(fields, { 'Content-Disposition': 'inline' }),
      '1234',
      403,
      'Extra input fields: content-disposition',
    ],
    [
      'with a policy of its own',
      ({ fields }) => {
        const policy = JSON.parse(Buffer.from(String(fields.Policy), 'base64').toString());
        policy.conditions = policy.conditions.filter((condition: unknown) => !Array.isArray(condition));
        fields.Policy = Buffer.from(JSON.stringify(policy)).toString('base64');
      },
      '123456',
      403,
      'SignatureDoesNotMatch',
    ],
    ['without a signature', ({ fields }) => delete fields['X-Amz-Signature'], '1234', 400, 'InvalidArgument'],
    ['without a policy', ({ fields }) => delete fields.Policy, '1234', 403, 'AccessDenied'],
  ])('refuse a file %s', async (_what, change, content, status, text) => {
    const running = await start();
    const post = await presignedPost(running, limits);
    change(post);
    const answer = await upload(post, content);
    expect(answer).toMatchObject({ status, text: expect.stringContaining(text) });
    expect(await running.call('Storage', 'list')).not.toHaveProperty('output.Contents');
  });

  test('end', async () => {
    const running = await start();
    const post = await presignedPost(running, { ...limits, expires: -1 });
    expect(await upload(post, '1234')).toMatchObject({ status: 403, text: expect.stringContaining('Policy expired.') });
  });

  test('give no more than the signer may do', async () => {
    const running = await start();
    const input = { Key: 'public/a' };
    const post = Object(await running.call('Reader', 'presign-post', input));
    expect(await upload({ url: post.url, fields: post.fields }, 'x')).toMatchObject({ status: 403 });
  });

  test('that are no forms are refused', async () => {
    const running = await start();
    const { url } = await presignedPost(running, limits);
    const other = await fetch(url, { method: 'POST', body: 'x' });
    expect(other.status).toBe(412);
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const broken = await fetch(url, { method: 'POST', body: 'nonsense', headers });
    expect(await broken.text()).toContain('MalformedPOSTRequest');
  });
});

describe('CORS', () => {
  const preflight = (url: string, headers: Record<string, string>) =>
    fetch(url, { method: 'OPTIONS', headers: { origin: ORIGIN, 'access-control-request-method': 'POST', ...headers } });

  test('a page of an allowed origin may upload, and no other', async () => {
    const running = await start();
    const { url } = await presignedPost(running, {});
    const allowed = await preflight(url, { 'access-control-request-headers': 'content-type' });
    expect(allowed.status).toBe(200);
    expect(Object.fromEntries(allowed.headers)).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': 'POST, GET',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': '600',
    });
    expect((await preflight(url, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await preflight(url, { 'access-control-request-method': 'DELETE' })).status).toBe(403);
    expect((await preflight(url, { 'access-control-request-headers': 'x-own' })).status).toBe(403);
  });

  test('answers and refusals can be read by the page', async () => {
    const running = await start();
    const { url } = await presignedPost(running, {});
    const response = await fetch(`${url}/none`, { headers: { origin: ORIGIN } });
    expect(response.status).toBe(403);
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(response.headers.get('access-control-expose-headers')).toBe('ETag');
  });
});

describe('notifications', () => {
  test('tell of new objects below the prefix, and of no others', async () => {
    const { call, cloud, printed } = await start();
    await call('Storage', 'put', { Key: 'elsewhere/a', Body: 'x' });
    await call('Storage', 'put', { Key: 'in box/ü+(1).txt', Body: 'hello' });
    await cloud.settled();
    expect(printed('notified')).toEqual([
      {
        Records: [
          {
            eventVersion: '2.1',
            eventSource: 'aws:s3',
            awsRegion: 'us-east-1',
            eventTime: expect.any(String),
            eventName: 'ObjectCreated:Put',
            userIdentity: { principalId: expect.stringMatching(/^AWS:AROA\w+:Test-Storage/) },
            requestParameters: { sourceIPAddress: '127.0.0.1' },
            responseElements: expect.objectContaining({ 'x-amz-request-id': expect.any(String) }),
            s3: {
              s3SchemaVersion: '1.0',
              configurationId: expect.any(String),
              bucket: {
                name: await bucketOf(call),
                ownerIdentity: { principalId: expect.any(String) },
                arn: `arn:aws:s3:::${await bucketOf(call)}`,
              },
              object: {
                key: 'in+box/%C3%BC%2B%281%29.txt',
                size: 5,
                eTag: '5d41402abc4b2a76b9719d911017c592',
                sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
              },
            },
          },
        ],
      },
    ]);
  });

  test('tell how an object came, and nothing of refused uploads', async () => {
    const running = await start();
    const { call, cloud, printed } = running;
    const key = 'in box/a';
    expect((await upload(await presignedPost(running, { key }), 'x')).status).toBe(204);
    const refused = await presignedPost(running, { key, conditions: [['content-length-range', 0, 1]] });
    expect((await upload(refused, 'xx')).status).toBe(400);
    await call('Storage', 'copy', { Key: 'in box/b', CopySource: `${await bucketOf(call)}/in%20box/a` });
    await cloud.settled();
    const names = printed('notified').map((event) => Object(event).Records[0].eventName);
    expect(names).toEqual(['ObjectCreated:Post', 'ObjectCreated:Copy']);
  });

  test('to a function that the bucket may not invoke stop the start', async () => {
    const forbidden = synthesize((stack) => {
      const fn = fixtureFunction(stack, 'Notified', 'notified', {}, './storage-handlers.ts');
      new s3.CfnBucket(stack, 'Files', {
        notificationConfiguration: {
          lambdaConfigurations: [{ event: 's3:ObjectCreated:*', function: fn.functionArn }],
        },
      });
    });
    await expect(startCloud({ assembly: forbidden })).rejects.toThrow(
      'no AWS::Lambda::Permission lets s3.amazonaws.com invoke it',
    );
  });
});

describe('buckets', () => {
  test.each([
    ['a property', { versioningConfiguration: { status: 'Enabled' } }, 'VersioningConfiguration'],
    [
      'an event',
      { notificationConfiguration: { lambdaConfigurations: [{ event: 's3:ObjectTagging:*', function: 'f' }] } },
      's3:ObjectTagging:*',
    ],
  ])('with %s that is not implemented stop the start', async (_what, properties, text) => {
    const unknown = synthesize((stack) => {
      new s3.CfnBucket(stack, 'Files', properties);
    });
    await expect(startCloud({ assembly: unknown })).rejects.toThrow(text);
  });

  test('leave no server behind when the cloud stops', async () => {
    const servers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;
    const before = servers();
    const cloud = await startCloud({ assembly });
    await cloud.invoke('Storage', { do: 'put', input: { Key: 'a', Body: 'x' } });
    expect(servers()).toBeGreaterThan(before);
    await cloud.stop();
    expect(servers()).toBe(before);
  });
});
