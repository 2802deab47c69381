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
  /** From when on it can be received, epoch ms. */
  visible: number;
  /** Names the last receipt of it: only who holds that may delete it. */
  receipt: string | undefined;
}

export interface Queue {
  readonly logicalId: string;
  readonly arn: string;
  readonly url: string;
  /** For how long a received message is kept from others, unless the receiver says otherwise. */
  readonly visibilityMs: number;
  messages: Message[];
  /** Where messages go that were received so often in vain. */
  readonly redrive: { readonly arn: string; readonly receives: number } | undefined;
  readonly delayMs: number;
}

const DEFAULT_VISIBILITY_S = 30;
const properties = z.object({
  VisibilityTimeout: z._default(number, DEFAULT_VISIBILITY_S),
  DelaySeconds: z._default(number, 0),
  RedrivePolicy: z.optional(z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: number })),
});

/** Told of each message that came into a queue. */
type Listener = (queue: Queue, message: Message) => void;

/** The template's queues, in memory. */
export class Queues {
  readonly #all: Queue[];
  #listener: Listener = () => {};

  constructor(model: Model) {
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

  /** Lets somebody know of each message that comes from now on. */
  listen(listener: Listener): void {
    this.#listener = listener;
  }

  /**
   * @param delayMs for how long nobody can receive it
   * @returns undefined when there is no such queue
   */
  send(arn: string, body: string, delayMs?: number): Message | undefined {
    const queue = this.byArn(arn);
    if (!queue) return undefined;
    const now = Date.now();
    const visible = now + (delayMs ?? queue.delayMs);
    const message: Message = { id: randomUUID(), body, sent: now, receives: 0, visible, receipt: undefined };
    queue.messages.push(message);
    this.#listener(queue, message);
    return message;
  }

  remove(queue: Queue, message: Message): void {
    queue.messages = queue.messages.filter((other) => other !== message);
  }

  /** Message bodies by the queue's logical id, those among them that somebody has received and not deleted. */
  contents(): Record<string, Json[]> {
    return Object.fromEntries(
      this.#all.map(({ logicalId, messages }) => [logicalId, messages.map(({ body }) => tryParse(body) ?? body)]),
    );
  }
}
