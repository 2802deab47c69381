import { callQueue } from './queue.ts';

/** Maximum delay of an SQS message, in seconds. */
export const MAX_DELAY_S = 900;

/** Sends a message to a queue with a delay. */
export async function sendDelayed(queueUrl: string, message: object, delaySeconds: number): Promise<void> {
  await callQueue(queueUrl, 'SendMessage', {
    MessageBody: JSON.stringify(message),
    DelaySeconds: Math.min(Math.ceil(delaySeconds), MAX_DELAY_S),
  });
}
