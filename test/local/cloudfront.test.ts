// @module-tag slow

import { CfnOutput, Duration, type Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration, WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startCloud } from '../../local/cloud.ts';
import { fixtureFunction, run, synthesize } from './fixture.ts';

/** What the distribution's functions do, by the path they are asked. */
const REQUEST = `
async function handler(event) {
  const request = event.request;
  if (request.uri === '/answer') {
    return {
      statusCode: 418,
      statusDescription: 'Teapot',
      headers: { 'content-type': { value: 'text/plain' } },
      cookies: { pot: { value: 'tea', attributes: 'Path=/; Secure' } },
      body: { encoding: 'base64', data: btoa('short and stout') },
    };
  }
  if (request.uri === '/throw') throw new TypeError('on purpose');
  if (request.uri === '/loop') for (;;);
  if (request.uri === '/nonsense') return { uri: 5 };
  if (request.uri === '/rewrite') {
    console.log(JSON.stringify({ edge: event }));
    request.uri = '/rewritten';
    request.querystring = { a: request.querystring.a, added: { value: 'x', multiValue: [{ value: 'x' }, { value: 'y' }] } };
    request.headers['x-own'] = { value: request.headers['x-own'].value + '!' };
    request.headers.host = { value: 'evil.example' };
    delete request.headers['x-gone'];
    delete request.cookies.gone;
    return request;
  }
  return request;
}`;

const RESPONSE = `
function handler(event) {
  const response = event.response;
  response.headers['x-edge-saw'] = { value: 'no' };
  response.headers['x-saw'] = { value: event.request.uri + ' ' + response.statusCode };
  return response;
}`;

const REALTIME = `import cf from 'cloudfront';
function handler(event) {
  const { transport, origin } = event.request.querystring;
  if (transport) event.request.uri = '/';
  if (origin) cf.selectRequestOriginById(origin.value);
  return event.request;
}`;

function edgeFunction(
  stack: Stack,
  id: string,
  code: string,
  eventType = cloudfront.FunctionEventType.VIEWER_REQUEST,
): cloudfront.FunctionAssociation {
  const options = { code: cloudfront.FunctionCode.fromInline(code), runtime: cloudfront.FunctionRuntime.JS_2_0 };
  return { eventType, function: new cloudfront.Function(stack, id, options) };
}

/** The CDK's own types differ in what may be undefined and what may be absent. */
const bucketOrigin = (bucket: s3.Bucket) => S3BucketOrigin.withOriginAccessControl(bucket as s3.IBucket);

const assembly = synthesize((stack) => {
  const host = (apiId: string) => `${apiId}.execute-api.${stack.region}.${stack.urlSuffix}`;
  const rest = new apigateway.HttpApi(stack, 'Rest', {
    defaultIntegration: new HttpLambdaIntegration('RestIntegration', fixtureFunction(stack, 'RestFunction', 'rest')),
  });
  const frame = fixtureFunction(stack, 'Frame', 'frame');
  const realtime = new apigateway.WebSocketApi(stack, 'Realtime', {
    connectRouteOptions: {
      integration: new WebSocketLambdaIntegration('Connecting', fixtureFunction(stack, 'Connect', 'connect')),
    },
    defaultRouteOptions: { integration: new WebSocketLambdaIntegration('Framing', frame) },
  });
  const stage = new apigateway.WebSocketStage(stack, 'Stage', {
    webSocketApi: realtime,
    stageName: 'live',
    autoDeploy: true,
  });
  stage.grantManagementApiAccess(frame);
  frame.addEnvironment('CALLBACK_URL', stage.callbackUrl);

  const bucket = new s3.Bucket(stack, 'Files', { enforceSSL: true, blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL });
  const storage = fixtureFunction(
    stack,
    'Storage',
    'storage',
    { environment: { BUCKET: bucket.bucketName } },
    './storage-handlers.ts',
  );
  bucket.grantPut(storage);

  const uncached = {
    cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
    originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
    viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
  };
  const restOrigin = new HttpOrigin(host(rest.apiId), { originId: 'Rest', customHeaders: { 'X-From': 'edge' } });
  const policy = new cloudfront.ResponseHeadersPolicy(stack, 'Inert', {
    securityHeadersBehavior: {
      contentTypeOptions: { override: true },
      contentSecurityPolicy: { contentSecurityPolicy: "default-src 'none'", override: true },
      frameOptions: { frameOption: cloudfront.HeadersFrameOption.DENY, override: true },
      strictTransportSecurity: { accessControlMaxAge: Duration.days(1), includeSubdomains: true, override: true },
    },
    corsBehavior: {
      accessControlAllowOrigins: ['https://app.example'],
      accessControlAllowMethods: ['GET', 'HEAD'],
      accessControlAllowHeaders: ['*'],
      accessControlAllowCredentials: false,
      originOverride: true,
    },
    customHeadersBehavior: {
      customHeaders: [
        { header: 'X-Custom', value: 'yes', override: true },
        { header: 'Content-Type', value: 'text/never', override: false },
      ],
    },
    removeHeaders: ['ETag'],
  });
  const files = bucketOrigin(bucket);
  const distribution = new cloudfront.Distribution(stack, 'Distribution', {
    comment: 'One host name',
    httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
    priceClass: cloudfront.PriceClass.PRICE_CLASS_100,
    minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
    defaultBehavior: {
      origin: restOrigin,
      ...uncached,
      functionAssociations: [edgeFunction(stack, 'OnRequest', REQUEST)],
    },
    additionalBehaviors: {
      '/socket.io/*': {
        origin: new HttpOrigin(host(realtime.apiId), { originId: 'Realtime', originPath: `/${stage.stageName}` }),
        ...uncached,
        functionAssociations: [edgeFunction(stack, 'OnUpgrade', REALTIME)],
      },
      '/files/??.txt': {
        origin: files,
        responseHeadersPolicy: policy,
        functionAssociations: [
          edgeFunction(stack, 'OnResponse', RESPONSE, cloudfront.FunctionEventType.VIEWER_RESPONSE),
        ],
      },
      '/files/*': { origin: files, allowedMethods: cloudfront.AllowedMethods.ALLOW_GET_HEAD },
      'bare/*': { origin: restOrigin },
    },
    errorResponses: [{ httpStatus: 404, ttl: Duration.seconds(0) }],
  });
  new CfnOutput(stack, 'Url', { value: `https://${distribution.distributionDomainName}/path` });
  new CfnOutput(stack, 'SocketUrl', { value: `wss://${distribution.distributionDomainName}` });
  new CfnOutput(stack, 'Host', { value: distribution.distributionDomainName });
});

async function start() {
  const running = await run(assembly, { allowedOrigins: ['*'] });
  const get = (path: string, init: RequestInit = {}) => fetch(`${running.cloud.origin}${path}`, init);
  const put = (Key: string, Body: string, more: object = {}) =>
    running.cloud.invoke('Storage', { do: 'put', input: { Key, Body, ContentType: 'text/plain', ...more } });
  return { ...running, get, put };
}

/** The event that the function behind the HTTP API was given, which it answers with. */
async function seen(response: Response) {
  expect(response.status).toBe(200);
  return Object(await response.json());
}

describe('a distribution', () => {
  test('is what its domain name leads to', async () => {
    const { cloud } = await run(assembly);
    const { host } = new URL(cloud.origin);
    expect(cloud.outputs).toMatchObject({ Url: `http://${host}/path`, SocketUrl: `ws://${host}`, Host: host });
  });

  test('hands everything but the host to an origin that asks for it', async () => {
    const { get } = await start();
    const response = await get('/users/1?a=%20b&a=2&c', {
      method: 'PATCH',
      body: '{"x":1}',
      headers: {
        'content-type': 'application/json',
        'x-own': 'yes',
        cookie: 'a=1; b=2',
        'x-forwarded-for': '203.0.113.7',
      },
    });
    expect(await seen(response)).toMatchObject({
      rawPath: '/users/1',
      rawQueryString: 'a=%20b&a=2&c',
      cookies: ['a=1', 'b=2'],
      body: '{"x":1}',
      headers: {
        'x-own': 'yes',
        'x-from': 'edge',
        host: expect.stringMatching(/\.execute-api\.us-east-1\.amazonaws\.com$/),
        'x-forwarded-for': '203.0.113.7, 127.0.0.1, 127.0.0.1',
        'x-forwarded-proto': 'http',
      },
      requestContext: { http: { method: 'PATCH' } },
    });
  });

  test('hands neither query nor cookies to an origin that does not', async () => {
    const { get } = await start();
    const event = await seen(await get('/bare/a?x=1', { headers: { cookie: 'a=1', 'x-own': 'yes' } }));
    expect(event).toMatchObject({
      rawPath: '/bare/a',
      rawQueryString: '',
      headers: { 'user-agent': 'Amazon CloudFront' },
    });
    expect(event).not.toHaveProperty('cookies');
    expect(event.headers).not.toHaveProperty('x-own');
  });

  test('refuses methods that a behavior does not allow', async () => {
    const { get } = await start();
    expect((await get('/bare/a', { method: 'POST', body: 'x' })).status).toBe(403);
    expect((await get('/files/long.txt', { method: 'DELETE' })).status).toBe(403);
  });
});

describe('errors of an origin', () => {
  test.each([
    [500, 500],
    [503, 503],
    [405, 405],
    // Not cached at all, or not by this distribution.
    [409, 200],
    [404, 200],
  ])('%i is answered to whoever comes next, whatever the query, with %i', async (status, next) => {
    const { get } = await start();
    expect((await get(`/sometimes?${status}`)).status).toBe(status);
    expect((await get('/sometimes')).status).toBe(next);
    expect((await get(`/sometimes?${status}`, { method: 'POST' })).status).toBe(status);
  });
});

describe('a bucket behind it', () => {
  test('is readable only through the distribution', async () => {
    const { get, put, cloud } = await start();
    await put('files/a long name+ü.txt', 'content');
    const mark = cloud.calls.mark();
    const path = '/files/a%20long%20name%2B%C3%BC.txt';
    const response = await get(`${path}?x=1`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain');
    expect(await response.text()).toBe('content');
    expect(cloud.calls.since(mark)).toEqual([
      expect.objectContaining({ action: 's3:GetObject', functionId: 'cloudfront.amazonaws.com', allowed: true }),
    ]);
    const bucket = String(Object(cloud.calls.since(mark)[0]).resource).split('/')[0];
    expect((await fetch(`${cloud.origin}/_s3/${bucket}${path}`)).status).toBe(403);
  });

  test('answers to ranges, conditions and HEAD', async () => {
    const { get, put } = await start();
    await put('files/long.txt', 'content');
    const head = await get('/files/long.txt', { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '7', '']);
    const part = await get('/files/long.txt', { headers: { range: 'bytes=3-' } });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 3-6/7', 'tent']);
    const same = await get('/files/long.txt', { headers: { 'if-none-match': head.headers.get('etag') ?? '' } });
    expect(same.status).toBe(304);
  });

  test('does not reveal which files are missing, because it may not be listed', async () => {
    const { get } = await start();
    expect((await get('/files/missing.txt')).status).toBe(403);
  });

  test('that is written through the distribution is not implemented', async () => {
    const writing = synthesize((stack) => {
      const origin = bucketOrigin(new s3.Bucket(stack, 'Files'));
      new cloudfront.Distribution(stack, 'Distribution', {
        defaultBehavior: { origin, allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL },
      });
    });
    await expect(startCloud({ assembly: writing })).rejects.toThrow('does not implement PUT, PATCH, POST, DELETE');
  });
});

describe('response headers', () => {
  test('are added, replaced and removed as their policy says', async () => {
    const { get, put } = await start();
    await put('files/ab.txt', 'content');
    const response = await get('/files/ab.txt');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/plain',
      'content-security-policy': "default-src 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'strict-transport-security': 'max-age=86400; includeSubDomains',
      'x-custom': 'yes',
    });
    expect(response.headers.has('etag')).toBe(false);
    expect(response.headers.has('access-control-allow-origin')).toBe(false);
    // Errors have them, too.
    expect((await get('/files/zz.txt')).headers.get('x-custom')).toBe('yes');
  });

  test('let the sites read it that the policy names', async () => {
    const { get, put } = await start();
    await put('files/ab.txt', 'content');
    const allowed = async (origin: string) =>
      (await get('/files/ab.txt', { headers: { origin } })).headers.get('access-control-allow-origin');
    expect(await allowed('https://app.example')).toBe('https://app.example');
    expect(await allowed('https://evil.example')).toBeNull();
  });
});

describe('functions', () => {
  test('see a request as CloudFront shows it, and change all but what belongs to the connection', async () => {
    const { get, cloud, printed } = await start();
    const response = await get('/rewrite?a=%201&b=2&b=3', {
      headers: { 'x-own': 'yes', 'x-gone': 'no', cookie: 'kept=1; gone=2' },
    });
    const event = await seen(response);
    expect(event).toMatchObject({
      rawPath: '/rewritten',
      rawQueryString: 'a=%201&added=x&added=y',
      cookies: ['kept=1'],
      headers: { 'x-own': 'yes!', host: expect.stringContaining('.execute-api.') },
    });
    expect(event.headers).not.toHaveProperty('x-gone');
    expect(printed('edge')).toEqual([
      {
        version: '1.0',
        context: {
          distributionDomainName: expect.stringMatching(/^d\w+\.cloudfront\.net$/),
          distributionId: expect.stringMatching(/^E/),
          eventType: 'viewer-request',
          requestId: expect.any(String),
        },
        viewer: { ip: '127.0.0.1' },
        request: {
          method: 'GET',
          uri: '/rewrite',
          querystring: { a: { value: '%201' }, b: { value: '2', multiValue: [{ value: '2' }, { value: '3' }] } },
          headers: expect.objectContaining({ host: { value: new URL(cloud.origin).host }, 'x-own': { value: 'yes' } }),
          cookies: { kept: { value: '1' }, gone: { value: '2' } },
        },
      },
    ]);
  });

  test('may answer themselves', async () => {
    const { get, cloud } = await start();
    const mark = cloud.calls.mark();
    const response = await get('/answer');
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      418,
      'text/plain',
      'short and stout',
    ]);
    expect(response.headers.get('set-cookie')).toBe('pot=tea; Path=/; Secure');
    expect(cloud.calls.since(mark)).toEqual([]);
  });

  test.each([
    ['throws', '/throw', { errorType: 'TypeError', errorMessage: 'on purpose' }],
    ['does not end', '/loop', { errorMessage: expect.stringContaining('timed out') }],
    ['returns nonsense', '/nonsense', { errorMessage: 'The result is neither a request nor a response: {"uri":5}' }],
  ])('one that %s is an error of the distribution', async (_what, path, failure) => {
    const { get, log } = await start();
    expect((await get(path)).status).toBe(503);
    expect(log).toContainEqual(
      expect.objectContaining({ kind: 'failure', functionId: expect.stringMatching(/^OnRequest/), ...failure }),
    );
  });

  test('change responses, but not errors', async () => {
    const { get, put } = await start();
    await put('files/ab.txt', 'content');
    const response = await get('/files/ab.txt');
    expect([response.headers.get('x-saw'), response.headers.has('x-edge-saw')]).toEqual(['/files/ab.txt 200', false]);
    expect(await response.text()).toBe('content');
    expect((await get('/files/zz.txt')).headers.has('x-saw')).toBe(false);
  });

  test('select another origin by its id, which then has its own path, host and headers', async () => {
    const { get } = await start();
    expect(await seen(await get('/socket.io/?origin=Rest&a=1', { method: 'POST', body: 'x' }))).toMatchObject({
      rawPath: '/socket.io/',
      rawQueryString: 'origin=Rest&a=1',
      body: 'x',
      headers: { 'x-from': 'edge', host: expect.stringContaining('.execute-api.') },
    });
  });

  test('fail when they select an origin that the distribution does not have', async () => {
    const { get, log } = await start();
    expect((await get('/socket.io/?origin=Elsewhere')).status).toBe(503);
    expect(log).toContainEqual(
      expect.objectContaining({
        kind: 'failure',
        functionId: expect.stringMatching(/^OnUpgrade/),
        errorMessage: expect.stringContaining('refers to Elsewhere, which the local cloud does not know'),
      }),
    );
  });

  test.each([
    ['import behind other code', 'var a; import cf from "cloudfront"; function handler() {}'],
    ['have no valid syntax', 'function handler() {'],
  ])('that %s stop the start', async (_what, code) => {
    const broken = synthesize((stack) => {
      edgeFunction(stack, 'Broken', code);
      new cloudfront.Distribution(stack, 'Distribution', {
        defaultBehavior: { origin: bucketOrigin(new s3.Bucket(stack, 'Files')) },
      });
    });
    await expect(startCloud({ assembly: broken })).rejects.toThrow(/Test\/Broken.+SyntaxError/);
  });
});

describe('WebSockets through it', () => {
  const connect = (origin: string, path: string) => new WebSocket(`${origin.replace('http', 'ws')}${path}`);
  const refusal = (socket: WebSocket) =>
    new Promise<number | undefined>((resolve) => {
      socket.on('error', () => {});
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    });

  test('are rewritten to their stage and stay open', async () => {
    const { cloud, printed } = await start();
    const socket = connect(cloud.origin, '/socket.io/?EIO=4&transport=websocket');
    const answer = new Promise((resolve) => socket.once('message', (data) => resolve(String(data))));
    socket.on('open', () => socket.send('hello'));
    expect(await answer).toBe('got hello');
    expect(printed('connect')).toEqual([
      expect.objectContaining({
        queryStringParameters: { EIO: '4', transport: 'websocket' },
        headers: expect.objectContaining({
          Host: expect.stringContaining('.execute-api.'),
          'X-Forwarded-For': '127.0.0.1, 127.0.0.1',
        }),
      }),
    ]);
    socket.close();
  });

  test('are refused where no path leads to the stage, and where there is no WebSocket API', async () => {
    const { cloud } = await start();
    expect(await refusal(connect(cloud.origin, '/socket.io/?EIO=4'))).toBe(403);
    expect(await refusal(connect(cloud.origin, '/elsewhere'))).toBe(404);
    expect(await refusal(connect(cloud.origin, '/answer'))).toBe(418);
    expect(await refusal(connect(cloud.origin, '/socket.io/?transport=websocket&origin=Rest'))).toBe(404);
    expect((await fetch(`${cloud.origin}/socket.io/?transport=polling`)).status).toBe(426);
  });
});

test.each<[string, Partial<cloudfront.DistributionProps>, string]>([
  [
    'other policies',
    {
      defaultBehavior: {
        origin: new HttpOrigin('origin.example'),
        originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER,
      },
    },
    'the local cloud does not know the policy 216adef6',
  ],
  ['other origins', { defaultBehavior: { origin: new HttpOrigin('origin.example') } }, 'no API at origin.example'],
  ['geographic restrictions', { geoRestriction: cloudfront.GeoRestriction.allowlist('DE') }, 'Restrictions'],
  [
    'error pages',
    { errorResponses: [{ httpStatus: 404, responsePagePath: '/404', responseHttpStatus: 404 }] },
    'ResponsePagePath',
  ],
])('%s are not implemented and stop the start', async (_what, properties, text) => {
  const unknown = synthesize((stack) => {
    new cloudfront.Distribution(stack, 'Distribution', {
      defaultBehavior: { origin: bucketOrigin(new s3.Bucket(stack, 'Files')) },
      ...properties,
    });
  });
  await expect(startCloud({ assembly: unknown })).rejects.toThrow(text);
});
