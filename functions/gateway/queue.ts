import { TIMEOUT_MS } from '../shared/aws-client.ts';
import { postSigned } from './signed-request.ts';

/**
 * Makes a request to a queue.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html
 * @throws when SQS rejects it
 */
export async function callQueue(
  queueUrl: string,
  operation: 'SendMessage' | 'ReceiveMessage' | 'ChangeMessageVisibility',
  input: object,
): Promise<unknown> {
  // All AWS SDKs use this variable to redirect requests to another endpoint.
  const endpoint = process.env.AWS_ENDPOINT_URL ?? new URL(queueUrl).origin;
  const { status, body } = await postSigned(new URL('/', endpoint).href, {
    service: 'sqs',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${operation}` },
    body: JSON.stringify({ QueueUrl: queueUrl, ...input }),
    timeoutMs: TIMEOUT_MS.quick,
  });
  if (status >= 300) throw new Error(`SQS answered ${status}: ${body}`);
  return body === '' ? undefined : JSON.parse(body);
}
