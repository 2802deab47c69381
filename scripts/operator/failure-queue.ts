import { ChangeMessageVisibilityCommand, DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { Deployment } from './deployment.ts';

/** What Lambda writes of an invocation that failed for good. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
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

/** An invocation that failed for good. */
export interface Failure {
  /** The id of the request; of what is no record of Lambda's, that of the message in the queue. */
  readonly id: string;
  /** When it was given up, epoch ms. */
  readonly at: number;
  /** Undefined: it is no record of Lambda's, and cannot be invoked again. */
  readonly invocation:
    | { readonly functionArn: string; readonly payload: unknown; readonly attempts: number }
    | undefined;
  /** Its type and message. */
  readonly error: string;
  readonly receipt: string;
}

/** How many are looked at in one go. */
export const MOST = 1000;

/** The queue of failed invocations. Whoever looks keeps what they received from others, for a short while. */
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
   * All that is in the queue, the oldest first, at most {@link MOST}. Nobody else receives it for so long, or until it
   * is released.
   */
  async receive(seconds: number): Promise<Failure[]> {
    const received = new Map<string, Failure>();
    for (;;) {
      const { Messages = [] } = await this.#deployment.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: this.#url,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: seconds,
          // With waiting, SQS asks all of its servers; without, only some, and finds nothing although there is something.
          WaitTimeSeconds: 1,
          MessageSystemAttributeNames: ['SentTimestamp'],
        }),
      );
      const before = received.size;
      for (const { MessageId = '', ReceiptHandle = '', Body = '', Attributes } of Messages) {
        received.set(MessageId, read(MessageId, ReceiptHandle, Body, Number(Attributes?.SentTimestamp)));
      }
      // What comes a second time has been held for too long: there is more than can be looked at.
      if (received.size === before || received.size >= MOST) break;
    }
    return [...received.values()].sort((one, other) => one.at - other.at);
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
    return { id, at: sent, invocation: undefined, error: 'This is no record of a failed invocation', receipt };
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
