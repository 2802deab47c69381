import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { HttpResponse } from '@smithy/core/protocols';
import { clientConfig } from '../../functions/shared/aws-client.ts';
import { dynamo } from '../../functions/store/documents.ts';
import { client } from '../../functions/store/dynamo-client.ts';
import { cpuPerCall, fastestOf } from './in-turns.ts';

/** Calls DynamoDB with both clients in turns, and sends the CPU time of each. Its arguments are the rounds and their calls. */
const [rounds = 0, calls = 0] = process.argv.slice(2).map(Number);

/** Answers without a network, whose CPU time is the same for both. */
const requestHandler = {
  metadata: { handlerProtocol: 'http/1.1' },
  handle: async () => ({
    response: new HttpResponse({ statusCode: 200, body: Buffer.from('{"Attributes":{"messages":{"N":"17"}}}') }),
  }),
  updateHttpClientConfig: () => undefined,
  httpHandlerConfigs: () => ({}),
  destroy: () => undefined,
};
client.config.requestHandler = requestHandler;

const sdk = DynamoDBDocumentClient.from(new DynamoDBClient({ ...clientConfig('quick'), requestHandler }), {
  marshallOptions: { removeUndefinedValues: true },
});
const input = () => ({
  TableName: 'Messages',
  Key: { pk: 'macaw-demo#friend#tom#jerry', sk: 'head' },
  UpdateExpression: 'SET latest = :message ADD messages :one',
  ExpressionAttributeValues: {
    ':message': { speaker: 'tom', content: { media: 0, body: 'y'.repeat(200) } },
    ':one': 1,
  },
  ReturnValues: 'ALL_NEW' as const,
});
const update = { sdk: () => sdk.send(new UpdateCommand(input())), own: () => dynamo.update(input()) };

const fastest = await fastestOf(rounds, (name) =>
  cpuPerCall(calls, async () => {
    for (let n = 0; n < calls; n++) await update[name]();
  }),
);
process.send?.(fastest);
process.disconnect();
