import { TIMEOUT_MS } from '../shared/aws-client.ts';
import { postSigned } from './signed-request.ts';

/** Maximum delay of an SQS message, in seconds. */
export const MAX_DELAY_S = 900;

/**
 * Sends a message to a queue with a delay.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 * @throws when SQS rejects the message
 */
export async function sendDelayed(queueUrl: string, message: object, delaySeconds: number): Promise<void> {
  // All AWS SDKs use this variable to redirect requests to another endpoint.
  const endpoint = process.env.AWS_ENDPOINT_URL ?? new URL(queueUrl).origin;
  const { status, body } = await postSigned(new URL('/', endpoint).href, {
    service: 'sqs',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' },
    body: JSON.stringify({
      QueueUrl: queueUrl,
      MessageBody: JSON.stringify(message),
      DelaySeconds: Math.min(Math.ceil(delaySeconds), MAX_DELAY_S),
    }),
    timeoutMs: TIMEOUT_MS.quick,
  });
  if (status >= 300) throw new Error(`SQS answered ${status}: ${body}`);
}
