import { TIMEOUT_MS } from '../shared/aws-client.ts';
import { postSigned } from './signed-request.ts';

/** The longest delay that SQS knows, in seconds. */
export const MAX_DELAY_S = 900;

/**
 * Puts a message into a queue, from which it can be received after a delay.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 * @throws when SQS does not take it
 */
export async function sendDelayed(queueUrl: string, message: object, delaySeconds: number): Promise<void> {
  // The variable by which all AWS SDKs are led elsewhere.
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
