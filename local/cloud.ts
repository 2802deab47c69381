import type { Limits } from './apigateway/websocket/connection.ts';
import type { Metrics } from './cloudwatch/metrics.ts';
import type { BusEvent } from './events/api.ts';
import { FunctionFailed } from './lambda/errors.ts';
import { openApis, openDistribution, startBuckets, startSchedules } from './phases/entrances.ts';
import { type Foundation, foundation, Started } from './phases/foundation.ts';
import { type Functions, loadCustomResources, resolveEverything, startFunctions } from './phases/functions.ts';
import type { Parts } from './phases/parts.ts';
import { type Servers, startServers } from './phases/servers.ts';
import { type Services, startServices } from './phases/services.ts';
import type { Schedules } from './schedules/schedules.ts';
import type { CallLog } from './shared/calls.ts';
import { tryParse } from './shared/json.ts';
import type { LogEntry } from './shared/log.ts';
import type { Outbox } from './sns/outbox.ts';
import { loadModel } from './template/model.ts';

export type { Datum } from './cloudwatch/emf.ts';
export type { Metrics } from './cloudwatch/metrics.ts';
export { FunctionFailed } from './lambda/errors.ts';
export type { CallEntry, CallSummary, Entry, InvocationEntry } from './shared/calls.ts';
export { CallLog } from './shared/calls.ts';
export type { LogEntry } from './shared/log.ts';
export { randomDelay } from './shared/random-delay.ts';
export type { Outbox, Push, Sent, Sms } from './sns/outbox.ts';

export interface CloudOptions {
  /** Directory of the synthesized cloud assembly. */
  assembly: string;
  /** Port of the public origin. @default a free port */
  port?: number;
  /** Keeps tables, objects and the memory of created custom resources between runs. @default everything in memory */
  dataDir?: string;
  /** A DynamoDB-compatible endpoint that outlives this cloud. @default an emulator that the cloud starts */
  database?: URL;
  /** Directory for temporary files. @default that of the operating system */
  temporaryDir?: string;
  /** CloudFormation parameter values by logical id. Each stack gets those that it declares. */
  parameters?: Record<string, string>;
  /** Secrets that exist before the deployment, by name. Secrets of an earlier run have priority. @default none */
  secrets?: Record<string, string>;
  /** Environment variables that all functions have in addition to those of the template. @default none */
  environment?: Record<string, string>;
  /** API Gateway's limits. Tests shorten them. @default the limits of AWS, without a quota of posts */
  limits?: Partial<Limits>;
  /** The limit of concurrent environments of each function. A small one saves cold starts and memory. @default 16 */
  concurrency?: number;
  /**
   * Delays each invocation, so that frames finish out of order as they can on AWS. The argument is the logical id of the
   * function. See {@link randomDelay}. @default no delay
   */
  invocationDelayMs?: (functionId: string) => number;
  /** The minimum duration of a DynamoDB transaction. Requests that meet it fail. @default the emulator's; about 20 ms on AWS */
  transactionMs?: number;
  /**
   * Shortens the delays of messages in queues, so that hours pass in a moment. The arguments are the logical id of the
   * queue and the delay. @default the delays of AWS
   */
  queueDelayMs?: (queueId: string, delayMs: number) => number;
  /** How long changes of tables are gathered before a function gets them. @default 0; two seconds on AWS */
  batchingMs?: number;
  /** How long to wait before the n-th retry of an asynchronous invocation. @default n × 250 ms; minutes on AWS */
  retryDelayMs?: (retry: number) => number;
  /** Makes calls of AWS fail at random, as this seed decides, until {@link Cloud.calm}. @default no faults */
  chaos?: number;
  /** Web origins of other machines whose pages are served; `*` for every page. @default none */
  allowedOrigins?: readonly string[];
  /** Receives output of functions, failures and denied calls. @default none */
  log?: (entry: LogEntry) => void;
}

export interface Cloud {
  /** http://127.0.0.1:PORT */
  origin: string;
  /** The outputs of the stacks by key. URLs point to the local cloud. */
  outputs: Record<string, string>;
  /** All AWS calls and invocations. */
  calls: CallLog;
  /** Runs a function and returns its result. Rejects with {@link FunctionFailed}. */
  invoke(logicalIdPrefix: string, event: unknown): Promise<unknown>;
  /** The environment variables of a function, for runs in a process of its own. */
  environment(logicalIdPrefix: string): Record<string, string>;
  /** Triggers a schedule and waits for its invocation. */
  fire(logicalIdPrefix: string): Promise<void>;
  /** Resolves when no invocation is running or pending. */
  settled(): Promise<void>;
  /** Ids of the open WebSocket connections. */
  connections(): string[];
  /** Ends a connection without `$disconnect`. Later posts to it get 410. */
  drop(connectionId: string): void;
  /** Makes the next posts to a connection fail with 429, as for a client that reads too slowly, or with 500. */
  failPosts(connectionId: string, status: 429 | 500, times: number): void;
  /** The messages in the queues by logical id. */
  failureQueues(): Record<string, unknown[]>;
  /** Deletes the messages in the queues. */
  clearFailureQueues(): void;
  /** The metrics that functions print for CloudWatch. */
  metrics: Metrics;
  /** Throttles the next calls of a service. */
  throttle(service: 'dynamodb' | 'execute-api', calls: number): void;
  /** Leaves the next calls of a service without a response, as a silently broken connection does. */
  hang(service: 'dynamodb' | 'execute-api' | 'lambda', calls: number): void;
  /** Closes all connections of functions to AWS. Functions detect that at the next use, as after a freeze. */
  freeze(): void;
  /**
   * Makes the next writes of single items fail with a transaction conflict.
   * @param table only writes to tables whose name contains this. @default all tables
   */
  conflict(writes: number, table?: string): void;
  /**
   * Lets all first attempts of an operation of DynamoDB succeed without a response.
   * @param operation such as `UpdateItem`; undefined to end that
   */
  lose(operation: string | undefined): void;
  /** Sets whether DynamoDB leaves an item of each batch of two or more (`UnprocessedKeys`). */
  leaveItems(leaves: boolean): void;
  /** Hides items of DynamoDB whose key contains a text from eventually consistent reads. Undefined ends that. */
  delayReplication(text: string | undefined): void;
  /** Makes calls of AWS fail at random from now on, as a seed decides. */
  disturb(seed: number): void;
  /** Ends random faults. Returns how many there were of each kind. */
  calm(): Readonly<Record<string, number>>;
  /** Pushes and text messages that SNS would send, and injected SNS faults. */
  outbox: Outbox;
  /** The events that functions put on event buses. */
  busEvents: readonly BusEvent[];
  /** Ends all processes and closes all handles. */
  stop(): Promise<void>;
}

/** Runs a synthesized cloud assembly on this machine, in the order of a deployment. */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const started = new Started();
  try {
    const base = foundation(options, started);
    const model = loadModel(options.assembly, options.parameters);
    const parts: Parts = { http: new Map(), webSockets: [] };

    const services = await startServices(base, model);
    const servers = await startServers(base, model, services, parts);
    const functions = startFunctions(base, model, services, servers);
    parts.lambda = functions.lambda;
    parts.async = functions.async;

    const customResources = loadCustomResources(base, model, functions, servers);
    parts.customResources = customResources;
    await services.tables;
    functions.streams.start();
    await customResources.create();
    resolveEverything(model, services);

    parts.s3 = await startBuckets(base, model, services, functions, servers);
    openApis(base, model, services, functions, parts);
    parts.distribution = openDistribution(base, model, parts);
    const schedules = startSchedules(base, model, services, functions);

    await servers.edge.open();
    // Nothing fails while the stacks are deployed.
    if (options.chaos !== undefined) base.chaos.begin(options.chaos);
    return controls(base, {
      parts,
      services,
      servers,
      functions,
      schedules,
      outputs: servers.rewriteAll(model.outputs()),
    });
  } catch (error) {
    await started.stop();
    throw error;
  }
}

interface Running {
  readonly parts: Parts;
  readonly services: Services;
  readonly servers: Servers;
  readonly functions: Functions;
  readonly schedules: Schedules;
  readonly outputs: Record<string, string>;
}

/** The interface to observe a running cloud and to inject faults. */
function controls(
  { calls, activity, metrics, posts, chaos, started }: Foundation,
  { parts: { webSockets }, services, servers, functions: { lambda }, schedules, outputs }: Running,
): Cloud {
  return {
    origin: servers.edge.origin,
    outputs,
    calls,
    async invoke(logicalIdPrefix, event) {
      const fn = lambda.byLogicalId(logicalIdPrefix);
      const outcome = await lambda.run(fn, JSON.stringify(event) ?? 'null', 'direct');
      if (!outcome.ok) throw new FunctionFailed(fn.id, outcome.error);
      return tryParse(outcome.payload);
    },
    environment: (logicalIdPrefix) => lambda.environment(lambda.byLogicalId(logicalIdPrefix)),
    fire: (logicalIdPrefix) => schedules.fire(logicalIdPrefix),
    settled: () => activity.settled(),
    connections: () => webSockets.flatMap((gateway) => [...gateway.connections.keys()]),
    drop(connectionId) {
      if (webSockets.some((gateway) => gateway.drop(connectionId))) return;
      throw new Error(`There is no connection ${connectionId}`);
    },
    failPosts: (connectionId, status, times) => posts.fail(connectionId, status, times),
    failureQueues: () => services.queues.contents(),
    clearFailureQueues: () => services.queues.clear(),
    metrics,
    throttle: (service, count) => servers.gate.throttle(service, count),
    hang: (service, count) => servers.gate.hang(service, count),
    freeze: () => servers.gate.freeze(),
    conflict: (writes, table = '') => services.conflicts.force(writes, table),
    lose: (operation) => chaos.lose(operation),
    leaveItems: (leaves) => chaos.leaveItems(leaves),
    delayReplication: (text) => services.replication.delay(text),
    disturb: (seed) => chaos.begin(seed),
    calm: () => chaos.end(),
    outbox: services.outbox,
    busEvents: services.busEvents,
    stop: () => started.stop(),
  };
}
