import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { type Json, tryParse } from '../shared/json.ts';
import { type Model, readProperties } from '../template/model.ts';
import { number } from '../template/schema.ts';

export interface Message {
  readonly id: string;
  readonly body: string;
  /** Epoch ms. */
  readonly sent: number;
  receives: number;
  /** The start of its visibility, epoch ms. */
  visible: number;
  /** The last receipt handle, which is required to delete the message. */
  receipt: string | undefined;
}

export interface Queue {
  readonly logicalId: string;
  readonly arn: string;
  readonly url: string;
  /** The default visibility timeout. */
  readonly visibilityMs: number;
  messages: Message[];
  /** The dead-letter queue, and the number of receives after which a message goes there. */
  readonly redrive: { readonly arn: string; readonly receives: number } | undefined;
  readonly delayMs: number;
}

const DEFAULT_VISIBILITY_S = 30;
const properties = z.object({
  VisibilityTimeout: z._default(number, DEFAULT_VISIBILITY_S),
  DelaySeconds: z._default(number, 0),
  RedrivePolicy: z.optional(z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: number })),
});

/** Called for each new message. */
type Listener = (queue: Queue, message: Message) => void;

/** The queues of the template, in memory. */
export class Queues {
  readonly #all: Queue[];
  #listener: Listener = () => {};

  readonly #delayOf: (logicalId: string, ms: number) => number;

  /** @param delayOf shortens delays. @default the delays of AWS */
  constructor(model: Model, delayOf = (_logicalId: string, ms: number): number => ms) {
    this.#delayOf = delayOf;
    this.#all = model.ofType('AWS::SQS::Queue').map((resource) => {
      const { ref: url, attributes } = resource.identity();
      const { VisibilityTimeout, DelaySeconds, RedrivePolicy } = readProperties(resource, properties);
      return {
        logicalId: resource.logicalId,
        arn: String(attributes.Arn),
        url,
        visibilityMs: VisibilityTimeout * 1000,
        delayMs: DelaySeconds * 1000,
        redrive: RedrivePolicy && { arn: RedrivePolicy.deadLetterTargetArn, receives: RedrivePolicy.maxReceiveCount },
        messages: [],
      };
    });
  }

  byUrl(url: string): Queue | undefined {
    return this.#all.find((queue) => queue.url === url);
  }

  byArn(arn: string): Queue | undefined {
    return this.#all.find((queue) => queue.arn === arn);
  }

  /** Sets the listener for new messages. */
  listen(listener: Listener): void {
    this.#listener = listener;
  }

  /**
   * @param delayMs the delay before it can be received; default: the queue's
   * @returns undefined if the queue does not exist
   */
  send(arn: string, body: string, delayMs?: number): Message | undefined {
    const queue = this.byArn(arn);
    if (!queue) return undefined;
    const now = Date.now();
    const visible = now + this.#delayOf(queue.logicalId, delayMs ?? queue.delayMs);
    const message: Message = { id: randomUUID(), body, sent: now, receives: 0, visible, receipt: undefined };
    queue.messages.push(message);
    this.#listener(queue, message);
    return message;
  }

  remove(queue: Queue, message: Message): void {
    queue.messages = queue.messages.filter((other) => other !== message);
  }

  /** Deletes all messages. */
  clear(): void {
    for (const queue of this.#all) queue.messages = [];
  }

  /** Message bodies by the queue's logical id, including received messages that were not deleted. */
  contents(): Record<string, Json[]> {
    return Object.fromEntries(
      this.#all.map(({ logicalId, messages }) => [logicalId, messages.map(({ body }) => tryParse(body) ?? body)]),
    );
  }
}
