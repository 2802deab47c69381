import pMap from 'p-map';
import * as z from 'zod/mini';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { callQueue } from './queue.ts';

const queueUrl = requireEnv(ENV.failureQueue);

/** Long enough to read all messages, and short in case that they are not released. */
const HIDDEN_S = 10;

/** Maximum number of concurrent requests. */
const AT_ONCE = 10;

const Received = z.object({
  Messages: z._default(
    z.array(
      z.object({
        MessageId: z.string(),
        ReceiptHandle: z.string(),
        Body: z.string(),
        Attributes: z.object({ SentTimestamp: z.string() }),
      }),
    ),
    [],
  ),
});
type Message = z.output<typeof Received>['Messages'][number];

/**
 * Reads the messages in the queue of failed invocations, and leaves them there. Other readers do not see them
 * meanwhile.
 * @returns at most `most` messages, and nine more
 */
export async function readFailures(most: number): Promise<{ id: string; body: string; sent: number }[]> {
  const received = new Map<string, Message>();
  while (received.size < most) {
    const before = received.size;
    const { Messages } = Received.parse(
      await callQueue(queueUrl, 'ReceiveMessage', {
        MaxNumberOfMessages: 10,
        VisibilityTimeout: HIDDEN_S,
        // With long polling, SQS queries all of its servers.
        WaitTimeSeconds: 1,
        MessageSystemAttributeNames: ['SentTimestamp'],
      }),
    );
    for (const message of Messages) received.set(message.MessageId, message);
    if (received.size === before) break;
  }
  const messages = [...received.values()];
  await pMap(
    messages,
    ({ ReceiptHandle }) => callQueue(queueUrl, 'ChangeMessageVisibility', { ReceiptHandle, VisibilityTimeout: 0 }),
    { concurrency: AT_ONCE },
  );
  return messages.map(({ MessageId: id, Body: body, Attributes }) => ({
    id,
    body,
    sent: Number(Attributes.SentTimestamp),
  }));
}
