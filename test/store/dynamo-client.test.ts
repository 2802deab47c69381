import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { Sha256Node } from '@smithy/core/checksum';
import { HttpResponse } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { HttpRequest } from '@smithy/types';
import { afterAll, expect, it, vi } from 'vitest';

const CREDENTIALS = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret/+', sessionToken: 'token==' };
vi.stubEnv('AWS_REGION', 'eu-central-1');
vi.stubEnv('AWS_ACCESS_KEY_ID', CREDENTIALS.accessKeyId);
vi.stubEnv('AWS_SECRET_ACCESS_KEY', CREDENTIALS.secretAccessKey);
vi.stubEnv('AWS_SESSION_TOKEN', CREDENTIALS.sessionToken);
vi.resetModules();
const { client } = await import('../../functions/store/dynamo-client.ts');

afterAll(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

// The local cloud trusts the access key, so only this test compares the signature.
it('calls of DynamoDB have the signature that the SDK would make', async () => {
  const sent: HttpRequest[] = [];
  client.config.requestHandler = {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request) {
      sent.push(request);
      return { response: new HttpResponse({ statusCode: 200, body: Buffer.from('{"TableNames":[]}') }) };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => undefined,
  };
  await client.send(new ListTablesCommand({ ExclusiveStartTableName: 'é' }));

  const [request] = sent;
  if (!request) throw new Error('Expected a request');
  const { authorization = '', ...headers } = request.headers;
  expect({ host: headers.host, hostname: request.hostname }).toEqual({
    host: 'dynamodb.eu-central-1.amazonaws.com',
    hostname: 'dynamodb.eu-central-1.amazonaws.com',
  });
  const names = authorization.match(/SignedHeaders=([^,]+)/)?.[1]?.split(';') ?? [];
  expect(names).toEqual(['content-type', 'host', 'x-amz-date', 'x-amz-security-token', 'x-amz-target']);
  const reference = new SignatureV4({
    ...{ service: 'dynamodb', region: 'eu-central-1', credentials: CREDENTIALS, sha256: Sha256Node },
    applyChecksum: false,
  });
  const [, year, month, day, hour, minute, second] =
    headers['x-amz-date']?.match(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/) ?? [];
  const signed = await reference.sign(
    { ...request, headers: Object.fromEntries(names.map((name) => [name, headers[name] ?? ''])) },
    { signingDate: new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) },
  );
  expect(signed.headers.authorization).toBe(authorization);
});
