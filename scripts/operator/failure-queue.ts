import { ChangeMessageVisibilityCommand, DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { type Failure, readFailure } from '../../functions/jobs/failed-invocation.ts';
import type { Deployment } from './deployment.ts';

/** A failure, and what SQS needs to change its message. */
export interface Received extends Failure {
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
  async receive(seconds: number): Promise<Received[]> {
    const received = new Map<string, Received>();
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
        const message = { id: MessageId, body: Body, sent: Number(Attributes?.SentTimestamp) };
        received.set(MessageId, { ...readFailure(message), receipt: ReceiptHandle });
      }
      // A message that arrives again was hidden for too long, so the queue contains more than one command can read.
      if (received.size === before || received.size >= MOST) break;
    }
    return [...received.values()].sort((a, b) => a.at - b.at);
  }

  async release(failures: readonly Received[]): Promise<void> {
    for (const { receipt } of failures) {
      await this.#deployment.sqs.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: this.#url, ReceiptHandle: receipt, VisibilityTimeout: 0 }),
      );
    }
  }

  async remove({ receipt }: Received): Promise<void> {
    await this.#deployment.sqs.send(new DeleteMessageCommand({ QueueUrl: this.#url, ReceiptHandle: receipt }));
  }
}
