import { createHash, randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import type { Chaos } from '../chaos.ts';
import type { Role } from '../iam/roles.ts';
import type { Activity } from '../shared/activity.ts';
import type { Message, Queue, Queues } from '../sqs/queues.ts';
import { type Model, type Resource, readProperties } from '../template/model.ts';
import { REGION } from '../template/names.ts';
import { boolean, json } from '../template/schema.ts';
import type { LambdaFunction } from './functions.ts';
import type { Lambda } from './lambda.ts';
import { isStream } from './stream-sources.ts';

const schema = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: z._default(boolean, true),
  BatchSize: z.optional(json),
  FilterCriteria: z.optional(json),
  FunctionResponseTypes: z.optional(json),
});

/** The actions of Lambda in the role of the function: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const NEEDED = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

export interface EventSourcesOptions {
  readonly model: Model;
  readonly queues: Queues;
  readonly lambda: Lambda;
  readonly roles: Map<string, Role>;
  readonly activity: Activity;
  /** The delay before a failed message is delivered again. On AWS it is the queue's visibility timeout. */
  readonly retryDelayMs: (retry: number) => number;
  readonly chaos: Chaos;
}

/** Invokes functions with the messages of queues, one message each, after their delay. */
export class EventSources {
  readonly #options: EventSourcesOptions;
  readonly #functions: Map<string, LambdaFunction>;
  readonly #waits = new Set<() => void>();
  #stopped = false;

  constructor(options: EventSourcesOptions) {
    this.#options = options;
    const mappings = options.model
      .ofType('AWS::Lambda::EventSourceMapping')
      .filter((resource) => !isStream(resource))
      .map((resource) => this.#mapping(resource));
    this.#functions = new Map(mappings.filter((mapping) => mapping !== undefined));
    options.queues.listen((queue, message) => {
      const fn = this.#functions.get(queue.arn);
      if (fn) void options.activity.track(() => this.#deliver(queue, message, fn));
    });
  }

  stop(): void {
    this.#stopped = true;
    for (const wake of this.#waits) wake();
  }

  #mapping(resource: Resource): [queueArn: string, fn: LambdaFunction] | undefined {
    const { lambda, queues, roles } = this.#options;
    const { EventSourceArn: arn, FunctionName, Enabled, ...unknown } = readProperties(resource, schema);
    const fn = lambda.find(FunctionName);
    if (!fn) throw new Error(`${resource.where}: there is no function ${FunctionName}`);
    if (!queues.byArn(arn))
      throw new Error(
        `${resource.where}: the local cloud implements queues and streams of tables as sources, not ${arn}`,
      );
    if (unknown.FilterCriteria !== undefined || unknown.FunctionResponseTypes !== undefined)
      throw new Error(`${resource.where}: the local cloud implements neither filters nor partial failures of queues`);
    const missing = NEEDED.find((action) => roles.get(fn.roleArn)?.decide(action, arn) !== 'allowed');
    if (missing) throw new Error(`${resource.where}: the role of ${fn.id} lacks ${missing} on ${arn}`);
    return Enabled ? [arn, fn] : undefined;
  }

  async #deliver(queue: Queue, message: Message, fn: LambdaFunction): Promise<void> {
    const { lambda, queues, retryDelayMs, chaos } = this.#options;
    await this.#wait(message.visible - Date.now() + chaos.delayMs());
    while (!this.#stopped) {
      message.receives += 1;
      const event = JSON.stringify({ Records: [record(queue, message)] });
      const outcome = await lambda.run(fn, event, `queue ${queue.logicalId}`);
      // A message that could not be deleted comes again.
      if (outcome.ok && chaos.repeatsBatch()) continue;
      if (outcome.ok) return queues.remove(queue, message);
      if (queue.redrive && message.receives >= queue.redrive.receives) {
        queues.remove(queue, message);
        queues.send(queue.redrive.arn, message.body);
        return;
      }
      await this.#wait(retryDelayMs(message.receives));
    }
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waits.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.max(0, delayMs));
      this.#waits.add(wake);
    });
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
function record({ arn }: Queue, { id, body, sent, receives }: Message): object {
  return {
    messageId: id,
    receiptHandle: randomUUID(),
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: String(sent),
      ApproximateFirstReceiveTimestamp: String(Date.now()),
    },
    messageAttributes: {},
    md5OfBody: createHash('md5').update(body).digest('hex'),
    eventSource: 'aws:sqs',
    eventSourceARN: arn,
    awsRegion: REGION,
  };
}
