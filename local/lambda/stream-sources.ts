import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import type { Chaos } from '../chaos.ts';
import type { StreamRecord, Streams } from '../dynamodb/streams.ts';
import type { Role } from '../iam/roles.ts';
import type { Activity } from '../shared/activity.ts';
import { asList, isObject, type Json, type JsonObject, tryParse } from '../shared/json.ts';
import type { Queues } from '../sqs/queues.ts';
import { type Model, type Resource, readProperties } from '../template/model.ts';
import { boolean, json, number, strict } from '../template/schema.ts';
import type { LambdaFunction } from './functions.ts';
import type { Lambda } from './lambda.ts';

const schema = strict({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: z._default(boolean, true),
  BatchSize: z._default(number, 100),
  StartingPosition: z.literal('LATEST'),
  FilterCriteria: z.optional(z.object({ Filters: z.array(z.object({ Pattern: z.string() })) })),
  DestinationConfig: z.optional(z.object({ OnFailure: z.object({ Destination: z.string() }) })),
  // The local cloud has one window for all mappings, and repeats a batch undivided.
  MaximumBatchingWindowInSeconds: z.optional(json),
  BisectBatchOnFunctionError: z.optional(json),
  MaximumRetryAttempts: z._default(number, -1),
  MaximumRecordAgeInSeconds: z.optional(json),
  Tags: z.optional(json),
});

/** The actions of Lambda in the role of the function: https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html */
const NEEDED = ['DescribeStream', 'GetRecords', 'GetShardIterator'].map((name) => `dynamodb:${name}`);

const STREAM = /:table\/([^/]+)\/stream\//;

/** Whether a mapping reads the stream of a table. */
export const isStream = (resource: Resource): boolean => STREAM.test(String(resource.properties().EventSourceArn));

export interface StreamSourcesOptions {
  readonly model: Model;
  readonly streams: Streams;
  readonly queues: Queues;
  readonly lambda: Lambda;
  readonly roles: Map<string, Role>;
  readonly activity: Activity;
  readonly retryDelayMs: (retry: number) => number;
  /** How long changes are gathered before a function gets them. */
  readonly batchingMs: number;
  readonly chaos: Chaos;
}

/** A mapping from a stream to a function. */
interface Mapping {
  readonly table: string;
  readonly arn: string;
  readonly fn: LambdaFunction;
  readonly batchSize: number;
  readonly retries: number;
  readonly patterns: readonly Json[];
  readonly failures: string | undefined;
}

/** Invokes functions with the changes of tables, in order. A batch that fails blocks its stream until it succeeds. */
export class StreamSources {
  readonly #options: StreamSourcesOptions;
  readonly #mappings: readonly Mapping[];
  #stopped = false;

  constructor(options: StreamSourcesOptions) {
    this.#options = options;
    this.#mappings = options.model
      .ofType('AWS::Lambda::EventSourceMapping')
      .filter(isStream)
      .flatMap((resource) => this.#mapping(resource) ?? []);
  }

  /** Reads the streams from now on. */
  start(): void {
    const { streams, activity, batchingMs } = this.#options;
    for (const mapping of this.#mappings) {
      let running = false;
      const pump = async (): Promise<void> => {
        if (running) return;
        running = true;
        try {
          do {
            if (batchingMs > 0) await new Promise((resolve) => setTimeout(resolve, batchingMs));
            const records = read();
            if (records.length === 0) return;
            await this.#deliver(mapping, records);
          } while (!this.#stopped);
        } finally {
          running = false;
        }
      };
      const read = streams.reader(
        mapping.table,
        (key) => mayMatch(mapping.patterns, key),
        () => void activity.track(pump).catch(() => {}),
      );
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  #mapping(resource: Resource): Mapping | undefined {
    const { lambda, roles } = this.#options;
    const properties = readProperties(resource, schema);
    const { EventSourceArn: arn, FunctionName, Enabled, BatchSize: batchSize } = properties;
    const fn = lambda.find(FunctionName);
    if (!fn) throw new Error(`${resource.where}: there is no function ${FunctionName}`);
    const role = roles.get(fn.roleArn);
    const needed = [...NEEDED.map((action) => [action, arn] as const), ['dynamodb:ListStreams', '*'] as const];
    const [missing] = needed.find(([action, on]) => role?.decide(action, on) !== 'allowed') ?? [];
    if (missing) throw new Error(`${resource.where}: the role of ${fn.id} lacks ${missing} on ${arn}`);
    if (!Enabled) return undefined;
    return {
      table: STREAM.exec(arn)?.[1] ?? '',
      arn,
      fn,
      batchSize,
      retries: properties.MaximumRetryAttempts,
      patterns: (properties.FilterCriteria?.Filters ?? []).map(({ Pattern }) => tryParse(Pattern) ?? null),
      failures: properties.DestinationConfig?.OnFailure.Destination,
    };
  }

  async #deliver(mapping: Mapping, records: readonly StreamRecord[]): Promise<void> {
    const { arn, fn, patterns, batchSize } = mapping;
    const wanted = records
      .map((record) => ({ ...record, eventSourceARN: arn }))
      .filter((record) => patterns.length === 0 || patterns.some((pattern) => matches(pattern, record)));
    for (let n = 0; n < wanted.length; n += batchSize) await this.#invoke(mapping, fn, wanted.slice(n, n + batchSize));
  }

  async #invoke(
    { table, arn, retries, failures }: Mapping,
    fn: LambdaFunction,
    Records: readonly object[],
  ): Promise<void> {
    const { lambda, queues, retryDelayMs, chaos } = this.#options;
    const delayMs = chaos.delayMs();
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    for (let attempt = 0; !this.#stopped; attempt++) {
      const outcome = await lambda.run(fn, JSON.stringify({ Records }), `stream ${table}`);
      // A batch whose success Lambda did not record comes again.
      if (outcome.ok && chaos.repeatsBatch()) continue;
      if (outcome.ok || this.#stopped) return;
      if (retries >= 0 && attempt >= retries) {
        // The record names the position in the stream, not the changes.
        const place = { streamArn: arn, batchSize: Records.length };
        const body = { version: '1.0', requestContext: { requestId: randomUUID() }, DDBStreamBatchInfo: place };
        if (failures) queues.send(failures, JSON.stringify(body));
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, retryDelayMs(attempt + 1)));
    }
  }
}

/** Whether a record of an item with this key can match one of the patterns. */
function mayMatch(patterns: readonly Json[], key: JsonObject): boolean {
  const keys = patterns.map((pattern) => isObject(pattern) && isObject(pattern.dynamodb) && pattern.dynamodb.Keys);
  return keys.length === 0 || keys.some((pattern) => !pattern || matches(pattern, key));
}

/**
 * Whether a record matches an event pattern: values in lists, `prefix` and `exists`.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
function matches(pattern: Json, value: Json | undefined | object): boolean {
  if (Array.isArray(pattern)) return pattern.some((rule) => meets(rule, value));
  if (!isObject(pattern)) return false;
  return Object.entries(pattern).every(([key, inner]) => {
    const part =
      typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === key) : [];
    return matches(inner, asList(part)[1]);
  });
}

function meets(rule: Json, value: unknown): boolean {
  if (!isObject(rule)) return rule === value;
  if (typeof rule.exists === 'boolean') return (value !== undefined) === rule.exists;
  if (typeof rule.prefix === 'string') return typeof value === 'string' && value.startsWith(rule.prefix);
  throw new Error(`The local cloud does not implement the filter ${JSON.stringify(rule)}`);
}
