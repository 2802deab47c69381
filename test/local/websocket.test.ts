import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { connect, run, runOnce } from './fixture.ts';
import { webSocketAssembly } from './websocket-assembly.ts';

const assembly = webSocketAssembly();
const running = runOnce(assembly);

describe('connecting', () => {
  test('a post to a connection that is not open yet gets 410', async () => {
    const { cloud, printed } = await running();
    await connect(cloud, 'user=ann&mode=early');
    await cloud.settled();
    expect(printed('early')).toEqual([expect.objectContaining({ ok: false, name: 'GoneException', status: 410 })]);
  });

  test('the authorizer sees the request in the shape API Gateway gives it', async () => {
    const { cloud, printed } = await running();
    await connect(cloud, 'user=ann&tag=1&tag=2');
    await cloud.settled();
    expect(printed('authorizer')).toEqual([
      {
        type: 'REQUEST',
        methodArn: expect.stringMatching(/^arn:aws:execute-api:us-east-1:000000000000:[a-z0-9]{10}\/live\/\$connect$/),
        headers: expect.objectContaining({ 'Sec-WebSocket-Version': '13', 'X-Forwarded-Proto': 'https' }),
        multiValueHeaders: expect.objectContaining({ 'Sec-WebSocket-Version': ['13'] }),
        queryStringParameters: { user: 'ann', tag: '2' },
        multiValueQueryStringParameters: { user: ['ann'], tag: ['1', '2'] },
        stageVariables: {},
        requestContext: expect.objectContaining({
          routeKey: '$connect',
          eventType: 'CONNECT',
          messageDirection: 'IN',
          stage: 'live',
          connectionId: expect.stringMatching(/^[\w-]{15}=$/),
          connectedAt: expect.any(Number),
          requestTimeEpoch: expect.any(Number),
          identity: { sourceIp: '127.0.0.1' },
          domainName: expect.stringMatching(/^[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com$/),
        }),
      },
    ]);
  });

  test.each([
    ['without the identity source', '', 401],
    ['whom the authorizer calls unauthorized', 'user=nobody', 401],
    ['whom the policy denies', 'user=stranger', 403],
    ['whose authorizer fails', 'user=broken', 500],
    ['whose authorizer gives a nested context', 'user=nested', 500],
    ['whose $connect fails', 'user=ann&mode=throw', 502],
    ['whom $connect refuses', 'user=ann&mode=refuse', 418],
  ])('a client %s is not let in', async (_who, query, status) => {
    const { cloud } = await running();
    await expect(connect(cloud, query)).rejects.toThrow(`status ${status}`);
    expect(cloud.connections()).toEqual([]);
  });

  test('an API that may not invoke its function answers 500', async () => {
    const forbidding = webSocketAssembly((stack) => {
      for (const child of stack.node.findAll()) {
        if (child.node.path.includes('ConnectIntegration') && child.node.id.endsWith('Permission')) {
          child.node.scope?.node.tryRemoveChild(child.node.id);
        }
      }
    });
    const { cloud, log } = await run(forbidding);
    await expect(connect(cloud)).rejects.toThrow('status 500');
    expect(log).toContainEqual(expect.objectContaining({ kind: 'denied', action: 'lambda:InvokeFunction' }));
  });
});

describe('frames', () => {
  test('every later event carries the authorizer context as strings', async () => {
    const { cloud } = await running();
    const client = await connect(cloud);
    const before = Date.now();
    client.socket.send('event');
    const event = JSON.parse(await client.next());
    expect(event).toMatchObject({
      body: 'event',
      isBase64Encoded: false,
      requestContext: {
        routeKey: '$default',
        eventType: 'MESSAGE',
        messageId: expect.any(String),
        connectionId: cloud.connections()[0],
        authorizer: { principalId: 'ann', user: 'ann', level: '7', admin: 'true' },
      },
    });
    expect(event.requestContext.requestTimeEpoch).toBeGreaterThanOrEqual(before);
  });

  test.each(['fail', 'malformed'])(
    'a handler that answers badly (%s) makes API Gateway complain to the client',
    async (body) => {
      const { cloud } = await running();
      const client = await connect(cloud);
      client.socket.send(body);
      const complaint = await client.next();
      expect(complaint).toMatch(
        /^\{"message": "Internal server error", "connectionId":"[\w-]{15}=", "requestId":"[\w-]{15}="\}$/,
      );
      client.socket.send('still here');
      expect(await client.next()).toBe('got still here');
    },
  );

  test('frames of one connection are handled at the same time and keep their times of arrival', async () => {
    const delays = [0, 0, 120, 0];
    const { cloud } = await run(assembly, { invocationDelayMs: () => delays.shift() ?? 0 });
    const client = await connect(cloud);
    client.socket.send('slow');
    client.socket.send('fast');
    expect([await client.next(), await client.next()]).toEqual(['got fast', 'got slow']);
  });

  test('a successful handler sends nothing by itself', async () => {
    const { cloud } = await running();
    const client = await connect(cloud);
    client.socket.send('silent');
    client.socket.send('loud');
    expect(await client.next()).toBe('got loud');
  });
});

describe('posting to connections', () => {
  test('a function without the grant gets the error of API Gateway', async () => {
    const { cloud, log } = await run(assembly);
    await connect(cloud);
    const [connectionId] = cloud.connections();
    const answer = await cloud.invoke('Bare', { do: 'post', connectionId, data: 'hello' });
    expect(answer).toMatchObject({ ok: false, name: 'AccessDeniedException', status: 403 });
    expect(answer).toHaveProperty(
      'message',
      expect.stringMatching(
        /^User: arn:aws:sts::000000000000:assumed-role\/.+ is not authorized to perform: execute-api:ManageConnections on resource: arn:aws:execute-api:us-east-1:\*{8}0000:[a-z0-9]{10}\/live\/POST\/@connections\/\{connectionId\} because no identity-based policy allows the execute-api:ManageConnections action$/,
      ),
    );
    expect(log).toContainEqual(expect.objectContaining({ kind: 'denied', action: 'execute-api:ManageConnections' }));
    expect(cloud.calls.summary().denied).toHaveLength(1);
  });

  test('a connection can be looked at, and closed from the server', async () => {
    const { cloud, printed } = await running();
    const client = await connect(cloud);
    const [connectionId] = cloud.connections();
    expect(await cloud.invoke('Probe', { do: 'look', connectionId })).toMatchObject({ ok: true, status: 200 });
    expect(await cloud.invoke('Probe', { do: 'close', connectionId })).toMatchObject({ ok: true, status: 204 });
    expect(await client.closed).toMatchObject({ code: 1000 });
    await cloud.settled();
    expect(printed('gone')).toMatchObject([
      {
        requestContext: {
          eventType: 'DISCONNECT',
          disconnectStatusCode: 1000,
          disconnectReason: 'Connection Closed Normally',
          authorizer: { user: 'ann' },
        },
      },
    ]);
  });

  test('a message over 128 KB is refused with 413', async () => {
    const { cloud } = await running();
    await connect(cloud);
    const [connectionId] = cloud.connections();
    const data = 'x'.repeat(128 * 1024 + 1);
    expect(await cloud.invoke('Probe', { do: 'post', connectionId, data })).toMatchObject({
      name: 'PayloadTooLargeException',
      status: 413,
    });
  });

  test('a client that does not read gets 429 once its buffer is full, and the socket stays', {
    tags: 'slow',
  }, async () => {
    const { cloud } = await running();
    const client = await connect(cloud);
    client.socket.pause();
    const [connectionId] = cloud.connections();
    const data = 'x'.repeat(128 * 1024);
    let answer: unknown;
    for (let i = 0; i < 200; i++) {
      answer = await cloud.invoke('Probe', { do: 'post', connectionId, data });
      if (JSON.stringify(answer).includes('"ok":false')) break;
    }
    expect(answer).toMatchObject({ name: 'LimitExceededException', status: 429 });
    expect(cloud.connections()).toEqual([connectionId]);
  });

  test('a connection that died without goodbye is gone, and $disconnect never comes', async () => {
    const { cloud, printed } = await running();
    const client = await connect(cloud);
    const [connectionId = ''] = cloud.connections();
    cloud.drop(connectionId);
    expect(await client.closed).toMatchObject({ code: 1006 });
    expect(await cloud.invoke('Probe', { do: 'post', connectionId, data: 'hello' })).toMatchObject({
      name: 'GoneException',
      status: 410,
    });
    await cloud.settled();
    expect(printed('gone')).toEqual([]);
  });
});

describe('disconnecting', () => {
  test('the function receives the close code and reason of the client', async () => {
    const { cloud, printed } = await running();
    const client = await connect(cloud);
    client.socket.close(4001, 'tired');
    await client.closed;
    await cloud.settled();
    expect(printed('gone')).toMatchObject([
      { requestContext: { routeKey: '$disconnect', disconnectStatusCode: 4001, disconnectReason: 'tired' } },
    ]);
    expect(cloud.connections()).toEqual([]);
  });

  test('outputs name the socket where it is served', async () => {
    const { cloud } = await running();
    expect(cloud.outputs.SocketUrl).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/live$/);
    const socket = new WebSocket(`${cloud.outputs.SocketUrl}?user=ann`);
    await new Promise((resolve) => socket.on('open', resolve));
    socket.terminate();
  });
});
