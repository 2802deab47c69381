import { ChangeMessageVisibilityCommand, DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { Deployment } from './deployment.ts';

/**
 * The record that Lambda writes for an invocation that failed permanently.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
const Record = z.object({
  timestamp: z.iso.datetime(),
  requestContext: z.object({
    requestId: z.string(),
    functionArn: z.string(),
    condition: z.string(),
    approximateInvokeCount: z.number(),
  }),
  requestPayload: z.unknown(),
  responsePayload: z.nullish(z.object({ errorType: z.optional(z.string()), errorMessage: z.optional(z.string()) })),
});

/** An invocation that failed permanently. */
export interface Failure {
  /** The request id. For a message that is not a Lambda record, the message id. */
  readonly id: string;
  /** The time of the last failure, epoch ms. */
  readonly at: number;
  /** Undefined for a message that is not a Lambda record; it cannot be retried. */
  readonly invocation:
    | { readonly functionArn: string; readonly payload: unknown; readonly attempts: number }
    | undefined;
  /** Type and message of the error. */
  readonly error: string;
  readonly receipt: string;
}

/** Maximum failures that one command reads. */
export const MOST = 1000;

/** The queue of failed invocations. Received messages are hidden from other readers for a short time. */
export class FailureQueue {
  readonly #deployment: Deployment;
  readonly #url: string;

  private constructor(deployment: Deployment, url: string) {
    this.#deployment = deployment;
    this.#url = url;
  }

  static async of(deployment: Deployment): Promise<FailureQueue> {
    return new FailureQueue(deployment, await deployment.output('Data', 'FailureQueue'));
  }

  /**
   * Reads all messages in the queue, oldest first, at most {@link MOST}. They stay hidden for `seconds`, or until they
   * are released.
   */
  async receive(seconds: number): Promise<Failure[]> {
    const received = new Map<string, Failure>();
    for (;;) {
      const { Messages = [] } = await this.#deployment.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: this.#url,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: seconds,
          // With long polling, SQS queries all of its servers. Short polling queries only some, and may miss messages.
          WaitTimeSeconds: 1,
          MessageSystemAttributeNames: ['SentTimestamp'],
        }),
      );
      const before = received.size;
      for (const { MessageId = '', ReceiptHandle = '', Body = '', Attributes } of Messages) {
        received.set(MessageId, read(MessageId, ReceiptHandle, Body, Number(Attributes?.SentTimestamp)));
      }
      // A message that arrives again was hidden for too long, so the queue contains more than one command can read.
      if (received.size === before || received.size >= MOST) break;
    }
    return [...received.values()].sort((a, b) => a.at - b.at);
  }

  async release(failures: readonly Failure[]): Promise<void> {
    for (const { receipt } of failures) {
      await this.#deployment.sqs.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: this.#url, ReceiptHandle: receipt, VisibilityTimeout: 0 }),
      );
    }
  }

  async remove({ receipt }: Failure): Promise<void> {
    await this.#deployment.sqs.send(new DeleteMessageCommand({ QueueUrl: this.#url, ReceiptHandle: receipt }));
  }
}

function read(id: string, receipt: string, body: string, sent: number): Failure {
  const { success, data } = Record.safeParse(parseJson(body));
  if (!success)
    return { id, at: sent, invocation: undefined, error: 'This is not a record of a failed invocation', receipt };
  const { requestContext, requestPayload: payload, responsePayload, timestamp } = data;
  const { functionArn, requestId, approximateInvokeCount: attempts, condition } = requestContext;
  const { errorType = condition, errorMessage = '' } = responsePayload ?? {};
  return {
    id: requestId,
    at: Date.parse(timestamp),
    invocation: { functionArn: functionArn.replace(/:\$LATEST$/, ''), payload, attempts },
    error: errorMessage === '' ? errorType : `${errorType}: ${errorMessage}`,
    receipt,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
