import type { Limits } from './apigateway/websocket/connection.ts';
import type { Metrics } from './cloudwatch/metrics.ts';
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
  /** The one public origin's port. @default any free one */
  port?: number;
  /** Keeps tables, objects and the memory of created custom resources between runs. @default everything in memory */
  dataDir?: string;
  /** An endpoint that speaks DynamoDB's protocol, and outlives this cloud. @default an emulator of the cloud's own */
  database?: URL;
  /** Where what is not kept is put while the cloud runs. @default the operating system's directory for such */
  temporaryDir?: string;
  /** CloudFormation parameter values by logical id, given to whichever stack declares them. */
  parameters?: Record<string, string>;
  /** What Secrets Manager holds before the deployment, by name; what is kept of the same name goes before. @default none */
  secrets?: Record<string, string>;
  /** API Gateway's limits. Tests shorten them. @default the limits of AWS, without a quota of posts */
  limits?: Partial<Limits>;
  /**
   * Delays each invocation by an integration or an asynchronous call, so that frames finish out of order as they may on
   * AWS. It is given the function's logical id; see {@link randomDelay}. @default none
   */
  invocationDelayMs?: (functionId: string) => number;
  /** The minimum duration of a DynamoDB transaction. Requests that meet it fail. @default the emulator's; about 20 ms on AWS */
  transactionMs?: number;
  /** How long to wait before the n-th retry of an asynchronous invocation. @default n × 250 ms; minutes on AWS */
  retryDelayMs?: (retry: number) => number;
  /** Web origins of other machines whose pages are served; `*` for every page. @default none */
  allowedOrigins?: readonly string[];
  /** Told what functions print, what fails and what is denied. @default nobody */
  log?: (entry: LogEntry) => void;
}

export interface Cloud {
  /** http://127.0.0.1:PORT */
  origin: string;
  /** The stacks' outputs by key, with URLs that lead here. */
  outputs: Record<string, string>;
  /** Every AWS call that came to the gate, and every invocation. */
  calls: CallLog;
  /** Runs a function directly and returns what it answered; rejects with {@link FunctionFailed}. */
  invoke(logicalIdPrefix: string, event: unknown): Promise<unknown>;
  /** Fires a schedule now and waits for its invocation. */
  fire(logicalIdPrefix: string): Promise<void>;
  /** Resolves once no invocation is under way or due. */
  settled(): Promise<void>;
  /** Ids of the open WebSocket connections. */
  connections(): string[];
  /** A connection dies without goodbye: $disconnect is never delivered, and posts to it answer 410. */
  drop(connectionId: string): void;
  /** The next posts to a connection fail: with 429, as when its client reads too slowly, or 500. */
  failPosts(connectionId: string, status: 429 | 500, times: number): void;
  /** The messages in the queues by logical id. */
  failureQueues(): Record<string, unknown[]>;
  /** Deletes the messages in the queues. */
  clearFailureQueues(): void;
  /** What CloudWatch would take from what functions print. */
  metrics: Metrics;
  /** The next so many calls of a service are throttled, as AWS does it. */
  throttle(service: 'dynamodb' | 'execute-api', calls: number): void;
  /** Leaves the next calls of a service without a response, as a silently broken connection does. */
  hang(service: 'dynamodb' | 'execute-api' | 'lambda', calls: number): void;
  /** Closes all connections of functions to AWS. Functions detect that at the next use, as after a freeze. */
  freeze(): void;
  /** Makes the next writes of single items fail with a transaction conflict. */
  conflict(writes: number): void;
  /** What SNS would have sent to telephones, and its faults. */
  outbox: Outbox;
  /** Closes everything and leaves no process or handle behind. */
  stop(): Promise<void>;
}

/** Runs a synthesized cloud assembly on this machine. What follows is the order of a deployment. */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const started = new Started();
  try {
    const base = foundation(options, started);
    const model = loadModel(options.assembly, options.parameters);
    const parts: Parts = { webSockets: [] };

    const services = await startServices(base, model);
    const servers = await startServers(base, model, services, parts);
    const functions = startFunctions(base, model, services, servers);
    parts.lambda = functions.lambda;
    parts.async = functions.async;

    const customResources = loadCustomResources(base, model, functions, servers);
    parts.customResources = customResources;
    await services.tables;
    await customResources.create();
    resolveEverything(model, services);

    parts.s3 = await startBuckets(base, model, services, functions, servers);
    openApis(base, model, services, functions, parts);
    parts.distribution = openDistribution(base, model, parts);
    const schedules = startSchedules(base, model, services, functions);

    await servers.edge.open();
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

/** The handles by which a running cloud is watched and disturbed. */
function controls(
  { calls, activity, metrics, posts, started }: Foundation,
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
    conflict: (writes) => services.conflicts.force(writes),
    outbox: services.outbox,
    stop: () => started.stop(),
  };
}
