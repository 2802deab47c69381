import { CfnOutput } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { describe, expect, test } from 'vitest';
import { fixtureFunction, run, runOnce, synthesize } from './fixture.ts';

function assemblyWith(define: (api: apigateway.HttpApi, rest: lambda.Function) => void, cors = false): string {
  return synthesize((stack) => {
    const rest = fixtureFunction(stack, 'Rest', 'rest');
    const api = new apigateway.HttpApi(
      stack,
      'Api',
      cors
        ? { corsPreflight: { allowOrigins: ['https://a.example'], allowMethods: [apigateway.CorsHttpMethod.ANY] } }
        : {},
    );
    new CfnOutput(stack, 'Url', { value: api.apiEndpoint });
    define(api, rest);
  });
}

const greedy = assemblyWith((api, rest) => {
  const integration = new HttpLambdaIntegration('Integration', rest);
  api.addRoutes({ path: '/{proxy+}', integration });
  api.addRoutes({ path: '/users/{id}', methods: [apigateway.HttpMethod.GET], integration });
});

const running = runOnce(greedy);

describe('an HTTP API', () => {
  test('answers 500 when a function answers more than 6 MB', async () => {
    const { cloud, log } = await running();
    const status = async (bytes: number) => (await fetch(`${cloud.outputs.Url}/long?${bytes}`)).status;
    expect(await status(6 * 1024 * 1024 - 1024)).toBe(200);
    expect(await status(6 * 1024 * 1024)).toBe(500);
    expect(log).toContainEqual(
      expect.objectContaining({ kind: 'failure', errorType: 'Function.ResponseSizeTooLarge' }),
    );
  });

  test.each(['toString', '__proto__'])('hands over a query with the name %s', async (name) => {
    const { cloud } = await running();
    const response = await fetch(`${cloud.outputs.Url}/users/1?${name}=1&${name}=2`);
    expect(await response.text()).toContain(`"queryStringParameters":{"${name}":"1,2"}`);
  });

  test('hands a request to the function in payload format 2.0', async () => {
    const { cloud } = await running();
    const response = await fetch(`${cloud.outputs.Url}/users/a%20b?x=1&x=2&y=%26`, {
      headers: { cookie: 'a=1; b=2', 'user-agent': 'test', 'X-Own': 'yes' },
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      version: '2.0',
      routeKey: 'GET /users/{id}',
      rawPath: '/users/a b',
      rawQueryString: 'x=1&x=2&y=%26',
      cookies: ['a=1', 'b=2'],
      headers: { 'x-own': 'yes', 'x-forwarded-proto': 'http' },
      queryStringParameters: { x: '1,2', y: '&' },
      pathParameters: { id: 'a b' },
      requestContext: {
        accountId: '000000000000',
        http: { method: 'GET', path: '/users/a b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
        routeKey: 'GET /users/{id}',
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        timeEpoch: expect.any(Number),
      },
      isBase64Encoded: false,
    });
  });

  test.each([
    ['application/json', '{"a":1}', '{"a":1}', false],
    ['text/plain;charset=utf-8', 'ä', 'ä', false],
    ['application/x-www-form-urlencoded', 'a=1', Buffer.from('a=1').toString('base64'), true],
    ['application/octet-stream', 'a', Buffer.from('a').toString('base64'), true],
  ])('a body of type %s arrives as text or as base64', async (type, sent, body, isBase64Encoded) => {
    const { cloud } = await running();
    const response = await fetch(`${cloud.origin}/any`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: sent,
    });
    expect(await response.json()).toMatchObject({
      routeKey: 'ANY /{proxy+}',
      pathParameters: { proxy: 'any' },
      body,
      isBase64Encoded,
    });
  });

  test('passes status, headers, cookies and binary bodies of a response on', async () => {
    const { cloud } = await running();
    const response = await fetch(`${cloud.origin}/full`);
    expect(response.status).toBe(201);
    expect(response.headers.get('x-own')).toBe('yes');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 1, 254, 255]);
  });

  test('takes an answer without a status code for the JSON body of a 200', async () => {
    const { cloud } = await running();
    const response = await fetch(`${cloud.origin}/plain`);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ hello: 'world' });
  });

  test.each(['throw', 'malformed'])('answers 500 when the function does %s', async (path) => {
    const { cloud } = await running();
    const response = await fetch(`${cloud.origin}/${path}`);
    expect([response.status, await response.json()]).toEqual([500, { message: 'Internal Server Error' }]);
  });

  test('answers 404 where no route leads, and 413 to more than 10 MB', async () => {
    const { cloud } = await running();
    const nowhere = await fetch(`${cloud.origin}/`);
    expect([nowhere.status, await nowhere.json()]).toEqual([404, { message: 'Not Found' }]);
    const body = new Uint8Array(10 * 1024 * 1024 + 1);
    expect((await fetch(`${cloud.origin}/any`, { method: 'POST', body })).status).toBe(413);
  });

  test('answers 500 when it may not invoke the function', async () => {
    const forbidden = assemblyWith((api, rest) => {
      const [route] = api.addRoutes({ path: '/{proxy+}', integration: new HttpLambdaIntegration('Integration', rest) });
      for (const child of route?.node.findAll() ?? []) {
        if (child.node.id.endsWith('Permission')) child.node.scope?.node.tryRemoveChild(child.node.id);
      }
    });
    const { cloud, log } = await run(forbidden);
    expect((await fetch(`${cloud.origin}/any`)).status).toBe(500);
    expect(log).toContainEqual(expect.objectContaining({ kind: 'denied', action: 'lambda:InvokeFunction' }));
  });
});

describe('an HTTP API with a CORS configuration', () => {
  const assembly = assemblyWith((api, rest) => {
    api.addRoutes({ path: '/{proxy+}', integration: new HttpLambdaIntegration('Integration', rest) });
  }, true);

  test('answers preflights itself and marks responses for the allowed origin only', async () => {
    const { cloud } = await run(assembly, { allowedOrigins: ['*'] });
    const preflight = await fetch(`${cloud.origin}/any`, {
      method: 'OPTIONS',
      headers: { origin: 'https://a.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toBe('*');
    expect(cloud.calls.summary().invocations).toEqual({});
    const mine = await fetch(`${cloud.origin}/any`, { headers: { origin: 'https://a.example' } });
    expect(mine.headers.get('access-control-allow-origin')).toBe('https://a.example');
    const theirs = await fetch(`${cloud.origin}/any`, { headers: { origin: 'https://b.example' } });
    expect(theirs.headers.get('access-control-allow-origin')).toBeNull();
  });
});
