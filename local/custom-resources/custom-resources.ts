import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import type { AsyncInvocations } from '../lambda/async.ts';
import type { Lambda } from '../lambda/lambda.ts';
import type { Reply } from '../shared/http.ts';
import { tryParse } from '../shared/json.ts';
import { type Model, PendingValue, type Resource } from '../template/model.ts';
import { stackArn } from '../template/names.ts';
import { isCustomResource } from '../template/resource-types.ts';
import { json } from '../template/schema.ts';
import type { Memory } from './memory.ts';
import { isNative } from './native.ts';

const PREFIX = '/_cloudformation/';

/** CloudFormation waits an hour by default. The local cloud waits less, so that a start fails early. */
const ANSWER_MS = 120_000;

const answerSchema = z.object({
  Status: z.enum(['SUCCESS', 'FAILED']),
  Reason: z.optional(z.string()),
  PhysicalResourceId: z.optional(z.string()),
  Data: z.optional(z.nullable(z.record(z.string(), json))),
});

type CustomAnswer = z.output<typeof answerSchema>;

export interface CustomResourcesOptions {
  model: Model;
  lambda: Lambda;
  async: AsyncInvocations;
  gate: () => string;
  memory: Memory;
}

/** Custom resources of CloudFormation: invokes a function to create the resource, and waits for its response. */
export class CustomResources {
  readonly #options: CustomResourcesOptions;
  readonly #waiting = new Map<string, (answer: CustomAnswer) => void>();

  constructor(options: CustomResourcesOptions) {
    this.#options = options;
  }

  /** Handles the PUT request that a function sends to its ResponseURL. */
  receive(path: string, method: string, body: Buffer): Reply | undefined {
    if (!path.startsWith(PREFIX)) return undefined;
    const requestId = path.slice(PREFIX.length);
    const parsed = z.safeParse(answerSchema, tryParse(body.toString('utf8')));
    const waiting = this.#waiting.get(requestId);
    if (method !== 'PUT' || !waiting || !parsed.success) return { status: 403 };
    this.#waiting.delete(requestId);
    waiting(parsed.data);
    return { status: 200 };
  }

  /** Creates all custom resources in the order of their dependencies. */
  async create(): Promise<void> {
    let pending = this.#options.model.resources.filter(({ type }) => isCustomResource(type));
    while (pending.length > 0) {
      const postponed: Resource[] = [];
      let reason: unknown;
      for (const resource of pending) {
        const blocker = pending.find(({ stack, logicalId }) => {
          return stack === resource.stack && resource.dependsOn.includes(logicalId);
        });
        try {
          if (blocker) throw new PendingValue(`${resource.where} depends on ${blocker.logicalId}`);
          await this.#createOne(resource);
        } catch (error) {
          if (!(error instanceof PendingValue)) throw error;
          reason = error;
          postponed.push(resource);
        }
      }
      if (postponed.length === pending.length) throw reason;
      pending = postponed;
    }
  }

  async #createOne(resource: Resource): Promise<void> {
    const { model, lambda, async, gate, memory } = this.#options;
    const { ServiceToken, ServiceTimeout, ...own } = resource.properties();
    if (isNative(resource.type)) {
      model.created(resource, { ref: resource.logicalId, attributes: {} });
      return;
    }
    const fn = lambda.find(String(ServiceToken));
    if (!fn) throw new Error(`${resource.where}: the local cloud implements functions as service tokens only`);
    const before = memory.recall(resource.where);
    const requestId = randomUUID();
    const properties = { ServiceToken: fn.arn, ...stringified(own) };
    const event = {
      RequestType: before ? 'Update' : 'Create',
      ServiceToken: fn.arn,
      ResponseURL: `${gate()}${PREFIX}${requestId}`,
      StackId: stackArn(resource.stack),
      RequestId: requestId,
      LogicalResourceId: resource.logicalId,
      ResourceType: resource.type,
      ResourceProperties: properties,
      ...(before ? { PhysicalResourceId: before.physicalId, OldResourceProperties: before.properties } : {}),
    };
    const seconds = Number(ServiceTimeout);
    const limitMs = seconds > 0 ? seconds * 1000 : ANSWER_MS;
    let timer: NodeJS.Timeout | undefined;
    const answer = await new Promise<CustomAnswer>((resolve) => {
      const fail = (Reason: string) => resolve({ Status: 'FAILED', Reason });
      timer = setTimeout(() => fail(`no answer to the ResponseURL within ${limitMs / 1000} s`), limitMs);
      this.#waiting.set(requestId, resolve);
      // CloudFormation detects a failed invocation only by its timeout. The local cloud reports it at once.
      void async.accept(fn, JSON.stringify(event), `custom resource ${resource.logicalId}`, 0).then((outcome) => {
        if (!outcome.ok) fail(`${fn.id} failed: ${outcome.error.errorType}: ${outcome.error.errorMessage}`);
      });
    });
    clearTimeout(timer);
    this.#waiting.delete(requestId);
    if (answer.Status === 'FAILED') throw new Error(`${resource.where} failed: ${answer.Reason ?? 'no reason given'}`);
    const physicalId = answer.PhysicalResourceId ?? before?.physicalId ?? requestId;
    model.created(resource, { ref: physicalId, attributes: answer.Data ?? {} });
    memory.remember(resource.where, { physicalId, properties });
  }
}

/** CloudFormation passes numbers and booleans to custom resources as strings. */
function stringified(value: z.output<typeof json>): Record<string, z.output<typeof json>> {
  const convert = (item: z.output<typeof json>): z.output<typeof json> => {
    if (Array.isArray(item)) return item.map(convert);
    if (typeof item !== 'object' || item === null) return item === null ? null : String(item);
    return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, convert(inner)]));
  };
  const converted = convert(value);
  return typeof converted === 'object' && converted !== null && !Array.isArray(converted) ? converted : {};
}
