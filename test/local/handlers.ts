/** What the functions of the fixture assembly run: small, and driven by what a test sends them. */
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import {
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyWebsocketEventV2,
  APIGatewayRequestAuthorizerEvent,
  CloudFormationCustomResourceEvent,
  Context,
} from 'aws-lambda';
import { attempt, say } from './attempt.ts';

export { callSns } from './sns-handlers.ts';

const dynamodb = new DynamoDBClient({});
const lambda = new LambdaClient({});
const management = new ApiGatewayManagementApiClient({ endpoint: process.env.CALLBACK_URL ?? 'http://unset' });

export async function authorizer(event: APIGatewayRequestAuthorizerEvent): Promise<object> {
  const user = event.queryStringParameters?.user ?? '';
  say({ authorizer: event });
  if (user === 'nobody') throw new Error('Unauthorized');
  if (user === 'broken') throw new Error('The authorizer is broken');
  return {
    principalId: user,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        { Action: 'execute-api:Invoke', Effect: user === 'stranger' ? 'Deny' : 'Allow', Resource: event.methodArn },
      ],
    },
    context: user === 'nested' ? { deep: { er: 1 } } : { user, level: 7, admin: true },
  };
}

type ConnectEvent = APIGatewayProxyWebsocketEventV2 & { queryStringParameters?: Record<string, string> };

export async function connect(event: ConnectEvent): Promise<object> {
  const { connectionId } = event.requestContext;
  const mode = event.queryStringParameters?.mode;
  if (mode === 'throw') throw new Error('No connection today');
  if (mode === 'refuse') return { statusCode: 418, body: 'I am a teapot' };
  if (mode === 'protocol') return { statusCode: 200, headers: { 'Sec-WebSocket-Protocol': 'x' } };
  if (mode === 'early') say({ early: await post(connectionId, 'too early') });
  say({ connect: event });
  return { statusCode: 200 };
}

function post(connectionId: string, data: string): Promise<object> {
  return attempt(() => management.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: data })));
}

export async function frame(event: APIGatewayProxyWebsocketEventV2): Promise<object> {
  const { connectionId } = event.requestContext;
  const body = event.body ?? '';
  if (body === 'fail') throw new Error('This frame fails');
  if (body === 'malformed') return { done: true };
  if (body === 'silent') return { statusCode: 200 };
  await post(connectionId, body === 'event' ? JSON.stringify(event) : `got ${body.length > 100 ? body.length : body}`);
  return { statusCode: 200 };
}

export async function gone(event: object): Promise<object> {
  say({ gone: event });
  return { statusCode: 200 };
}

interface ProbeEvent {
  do: string;
  input?: never;
  connectionId?: string;
  data?: string;
  functionName?: string;
  payload?: string;
  mode?: 'Event' | 'RequestResponse';
}

/** Does one thing with the SDK and tells what came of it. */
export async function probe(event: ProbeEvent, context: Context): Promise<object | null | undefined> {
  const input = event.input ?? Object.create(null);
  const ConnectionId = event.connectionId ?? '';
  switch (event.do) {
    case 'get':
      return attempt(() => dynamodb.send(new GetItemCommand(input)));
    case 'put':
      return attempt(() => dynamodb.send(new PutItemCommand(input)));
    case 'query':
      return attempt(() => dynamodb.send(new QueryCommand(input)));
    case 'batch-get':
      return attempt(() => dynamodb.send(new BatchGetItemCommand(input)));
    case 'transact-write':
      return attempt(() => dynamodb.send(new TransactWriteItemsCommand(input)));
    case 'post':
      return post(ConnectionId, event.data ?? '');
    case 'close':
      return attempt(() => management.send(new DeleteConnectionCommand({ ConnectionId })));
    case 'look':
      return attempt(() => management.send(new GetConnectionCommand({ ConnectionId })));
    case 'invoke': {
      const command = new InvokeCommand({
        FunctionName: event.functionName,
        Payload: event.payload ?? '{}',
        InvocationType: event.mode ?? 'RequestResponse',
      });
      return attempt(async () => {
        const { Payload, ...output } = await lambda.send(command);
        return { ...output, payload: Payload?.transformToString() };
      });
    }
    case 'environment':
      return { ...process.env };
    case 'context':
      return { ...context, remaining: context.getRemainingTimeInMillis() };
    case 'hang':
      return new Promise(() => {});
    case 'throw':
      throw new TypeError('thrown on purpose');
    case 'exit':
      return process.exit(3);
    case 'nothing':
      return undefined;
    default:
      return event;
  }
}

let failures = 0;

/** Fails as often as it is told to, then succeeds. */
export async function flaky(event: { failures: number }): Promise<string> {
  say({ attempt: failures });
  if (failures++ < event.failures) throw new Error(`failure ${failures}`);
  return 'done';
}

export async function rest(event: APIGatewayProxyEventV2): Promise<unknown> {
  switch (event.rawPath) {
    case '/throw':
      throw new Error('The function fails');
    case '/plain':
      return { hello: 'world' };
    case '/sometimes':
      return { statusCode: event.rawQueryString === '' ? 200 : Number(event.rawQueryString), body: 'said' };
    case '/long':
      return { statusCode: 200, body: 'x'.repeat(Number(event.rawQueryString)) };
    case '/malformed':
      return { statusCode: 'abc' };
    case '/full':
      return {
        statusCode: 201,
        headers: { 'Content-Type': 'application/octet-stream', 'X-Own': 'yes' },
        cookies: ['a=1', 'b=2'],
        body: Buffer.from([0, 1, 254, 255]).toString('base64'),
        isBase64Encoded: true,
      };
    default:
      return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) };
  }
}

export async function custom(event: CloudFormationCustomResourceEvent): Promise<void> {
  say({ custom: event });
  const { Fail, Greeting } = event.ResourceProperties;
  const answer = {
    Status: Fail ? 'FAILED' : 'SUCCESS',
    Reason: Fail ?? '',
    PhysicalResourceId: 'physical-1',
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
    Data: { Answer: `${Greeting}, ${event.RequestType}` },
  };
  await fetch(event.ResponseURL, { method: 'PUT', body: JSON.stringify(answer) });
}
