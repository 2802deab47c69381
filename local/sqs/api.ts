import { createHash, randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import type { Service } from '../gate/gate.ts';
import { jsonApi, operation, ServiceError } from '../gate/json-api.ts';
import { arn } from '../template/names.ts';
import type { Message, Queue, Queues } from './queues.ts';

const INVALID = 'InvalidParameterValue';
const LONGEST_VISIBILITY_S = 43_200;

const timeout = z.int().check(z.minimum(0), z.maximum(LONGEST_VISIBILITY_S));
const Receive = z.object({
  QueueUrl: z.string(),
  MaxNumberOfMessages: z._default(z.int().check(z.minimum(1), z.maximum(10)), 1),
  VisibilityTimeout: z.optional(timeout),
});
const Delete = z.object({ QueueUrl: z.string(), ReceiptHandle: z.string() });
const ChangeVisibility = z.object({ QueueUrl: z.string(), ReceiptHandle: z.string(), VisibilityTimeout: timeout });
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const LONGEST_DELAY_S = 900;
const Send = z.object({
  QueueUrl: z.string(),
  MessageBody: z.string().check(z.minLength(1)),
  DelaySeconds: z.optional(z.int().check(z.minimum(0), z.maximum(LONGEST_DELAY_S))),
});
const Attributes = z.object({ QueueUrl: z.string() });

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

/**
 * The SQS API for single messages, without long polling.
 * Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html
 */
export function sqsApi(queues: Queues): Service {
  /** An operation on an existing queue. The permission check precedes the existence check. */
  const on = (url: string, run: (queue: Queue) => object) => ({
    resource: arn('sqs', url.replace(/^.*\//, '')),
    run() {
      const queue = queues.byUrl(url);
      if (!queue) throw new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.');
      return run(queue);
    },
  });

  return jsonApi('sqs', {
    SendMessage: operation(Send, INVALID, ({ QueueUrl, MessageBody, DelaySeconds }) =>
      on(QueueUrl, (queue) => ({
        MessageId: queues.send(queue.arn, MessageBody, DelaySeconds === undefined ? undefined : DelaySeconds * 1000)
          ?.id,
        MD5OfMessageBody: md5(MessageBody),
      })),
    ),
    ReceiveMessage: operation(Receive, INVALID, ({ QueueUrl, MaxNumberOfMessages, VisibilityTimeout }) =>
      on(QueueUrl, ({ messages, visibilityMs }) => {
        const now = Date.now();
        const hidden = VisibilityTimeout === undefined ? visibilityMs : VisibilityTimeout * 1000;
        const received = messages.filter(({ visible }) => visible <= now).slice(0, MaxNumberOfMessages);
        return { Messages: received.map((message) => receive(message, now + hidden)) };
      }),
    ),
    DeleteMessage: operation(Delete, INVALID, ({ QueueUrl, ReceiptHandle }) =>
      on(QueueUrl, (queue) => {
        queue.messages = queue.messages.filter(({ receipt }) => receipt !== ReceiptHandle);
        return {};
      }),
    ),
    ChangeMessageVisibility: operation(ChangeVisibility, INVALID, ({ QueueUrl, ReceiptHandle, VisibilityTimeout }) =>
      on(QueueUrl, ({ messages }) => {
        const message = messages.find(({ receipt }) => receipt === ReceiptHandle);
        if (!message) throw new ServiceError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');
        message.visible = Date.now() + VisibilityTimeout * 1000;
        return {};
      }),
    ),
    GetQueueAttributes: operation(Attributes, INVALID, ({ QueueUrl }) =>
      on(QueueUrl, (queue) => ({ Attributes: attributes(queue) })),
    ),
  });
}

function receive(message: Message, visible: number): object {
  message.visible = visible;
  message.receipt = randomUUID();
  message.receives++;
  const { id, body, receipt, sent, receives } = message;
  const Attributes = { SentTimestamp: String(sent), ApproximateReceiveCount: String(receives) };
  return { MessageId: id, ReceiptHandle: receipt, Body: body, MD5OfBody: md5(body), Attributes };
}

function attributes({ arn: QueueArn, messages, visibilityMs }: Queue): Record<string, string> {
  const now = Date.now();
  const hidden = messages.filter(({ visible }) => visible > now).length;
  return {
    QueueArn,
    VisibilityTimeout: String(visibilityMs / 1000),
    ApproximateNumberOfMessages: String(messages.length - hidden),
    ApproximateNumberOfMessagesNotVisible: String(hidden),
  };
}
