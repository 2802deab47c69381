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
}

const DEFAULT_VISIBILITY_S = 30;
const properties = z.object({ VisibilityTimeout: z._default(number, DEFAULT_VISIBILITY_S) });

/** The queues of the template, in memory. */
export class Queues {
  readonly #all: Queue[];

  constructor(model: Model) {
    this.#all = model.ofType('AWS::SQS::Queue').map((resource) => {
      const { ref: url, attributes } = resource.identity();
      const visibilityMs = readProperties(resource, properties).VisibilityTimeout * 1000;
      return { logicalId: resource.logicalId, arn: String(attributes.Arn), url, visibilityMs, messages: [] };
    });
  }

  byUrl(url: string): Queue | undefined {
    return this.#all.find((queue) => queue.url === url);
  }

  /** @returns undefined if the queue does not exist */
  send(arn: string, body: string): Message | undefined {
    const queue = this.#all.find((one) => one.arn === arn);
    const now = Date.now();
    const message: Message = { id: randomUUID(), body, sent: now, receives: 0, visible: now, receipt: undefined };
    queue?.messages.push(message);
    return queue && message;
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
