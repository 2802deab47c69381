import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpGateway } from './apigateway/http/gateway.ts';
import { Integrator } from './apigateway/integration.ts';
import { type Api, loadApis } from './apigateway/template.ts';
import { LIMITS, type Limits } from './apigateway/websocket/connection.ts';
import { WebSocketGateway } from './apigateway/websocket/gateway.ts';
import { managementApi } from './apigateway/websocket/management.ts';
import { PostQuota } from './apigateway/websocket/post-quota.ts';
import { cloudFormationApi } from './cloudformation/api.ts';
import { Distribution } from './cloudfront/distribution.ts';
import { hostNames, loadDistribution } from './cloudfront/template.ts';
import { Metrics } from './cloudwatch/metrics.ts';
import { CustomResources } from './custom-resources/custom-resources.ts';
import { Memory } from './custom-resources/memory.ts';
import { dynamoDbApi } from './dynamodb/api.ts';
import { EmulatorClient } from './dynamodb/client.ts';
import { Conflicts } from './dynamodb/conflicts.ts';
import { startEmulator } from './dynamodb/emulator.ts';
import { createTables } from './dynamodb/tables.ts';
import { Gate } from './gate/gate.ts';
import { grantRecorder } from './iam/grants.ts';
import { loadRoles } from './iam/roles.ts';
import { lambdaApi } from './lambda/api.ts';
import { AsyncInvocations } from './lambda/async.ts';
import { FunctionFailed } from './lambda/errors.ts';
import { EventSources } from './lambda/event-sources.ts';
import { loadFunctions } from './lambda/functions.ts';
import { Lambda } from './lambda/lambda.ts';
import { Permissions } from './lambda/permissions.ts';
import { Host } from './listener/host.ts';
import { rewriteHosts } from './listener/hosts.ts';
import { publicOrigin } from './listener/listener.ts';
import { S3_PREFIX } from './s3/address.ts';
import { loadBuckets } from './s3/buckets.ts';
import { Notifications } from './s3/notifications.ts';
import { S3 } from './s3/s3.ts';
import { ObjectStore } from './s3/store.ts';
import { Schedules } from './schedules/schedules.ts';
import { secretsManagerApi } from './secretsmanager/api.ts';
import { Secrets } from './secretsmanager/secrets.ts';
import { Activity } from './shared/activity.ts';
import { CallLog } from './shared/calls.ts';
import { tryParse } from './shared/json.ts';
import type { LogEntry } from './shared/log.ts';
import { snsApi } from './sns/api.ts';
import { Faults } from './sns/faults.ts';
import { Outbox } from './sns/outbox.ts';
import { outboxPages } from './sns/outbox-page.ts';
import { Registry } from './sns/registry.ts';
import { sqsApi } from './sqs/api.ts';
import { Queues } from './sqs/queues.ts';
import { loadModel } from './template/model.ts';

export type { Datum } from './cloudwatch/emf.ts';
export type { Metrics } from './cloudwatch/metrics.ts';
export { FunctionFailed } from './lambda/errors.ts';
export type { CallEntry, CallSummary, Entry, InvocationEntry } from './shared/calls.ts';
export { CallLog } from './shared/calls.ts';
export type { LogEntry } from './shared/log.ts';
export type { Outbox, Push, Sent, Sms } from './sns/outbox.ts';

export interface CloudOptions {
  /** Directory of the synthesized cloud assembly. */
  assembly: string;
  /** The one public origin's port. @default any free one */
  port?: number;
  /** Keeps tables, objects and the memory of created custom resources between runs. @default everything in memory */
  dataDir?: string;
  /** CloudFormation parameter values by logical id, given to whichever stack declares them. */
  parameters?: Record<string, string>;
  /** What Secrets Manager holds before the deployment, by name; what is kept of the same name goes before. @default none */
  secrets?: Record<string, string>;
  /** API Gateway's limits, to be shortened in tests. @default those of AWS, but posts without a quota */
  limits?: Partial<Limits>;
  /** For how long a transaction of DynamoDB is under way at least, and what meets it fails. @default as long as the emulator takes; about 20 ms on AWS */
  transactionMs?: number;
  /** Delays each integration's invocation, so that frames finish out of order as they may on AWS. @default none */
  invocationDelayMs?: () => number;
  /** How long to wait before the n-th retry of an asynchronous invocation. @default n × 250 ms; minutes on AWS */
  retryDelayMs?: (retry: number) => number;
  /** Web origins besides those of this machine whose pages may connect to the WebSocket API. @default none */
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
  /** What CloudWatch would take from what functions print. */
  metrics: Metrics;
  /** The next so many calls of a service are throttled, as AWS does it. */
  throttle(service: 'dynamodb' | 'execute-api', calls: number): void;
  /** The next so many calls of a service are never answered, as when a connection died silently. */
  hang(service: 'dynamodb' | 'execute-api' | 'lambda', calls: number): void;
  /** Functions are frozen for so long that AWS closes all their connections, which they find out by using them. */
  freeze(): void;
  /** The next so many writes of single items meet a transaction on their items, and fail. */
  conflict(writes: number): void;
  /** What SNS would have sent to telephones, and its faults. */
  outbox: Outbox;
  /** Closes everything and leaves no process or handle behind. */
  stop(): Promise<void>;
}

/** Runs a synthesized cloud assembly on this machine. What follows is the order of a deployment. */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const metrics = new Metrics();
  const log = (entry: LogEntry): void => {
    metrics.read(entry);
    options.log?.(entry);
  };
  const calls = new CallLog();
  const activity = new Activity();
  const limits = { ...LIMITS, ...options.limits };
  const posts = new PostQuota(limits);
  /** What has been started, to be stopped in reverse order. */
  const started: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of started.splice(0).reverse()) await end();
  };

  try {
    const model = loadModel(options.assembly, options.parameters);

    if (options.dataDir) mkdirSync(options.dataDir, { recursive: true });
    const kept = (file: string): string | undefined => options.dataDir && join(options.dataDir, file);
    const temporary = (name: string): string => {
      const directory = mkdtempSync(join(tmpdir(), `macaw-${name}-`));
      started.push(() => rmSync(directory, { recursive: true, force: true }));
      return directory;
    };
    let scratch: string | undefined;
    const scratchDirectory = (): string => {
      scratch ??= temporary('functions');
      return scratch;
    };

    const emulator = await startEmulator(kept('dynamodb.sqlite'));
    started.push(() => emulator.stop());
    const dynamodb = new EmulatorClient(emulator.endpoint);
    started.push(() => dynamodb.close());
    const tables = createTables(model, dynamodb);
    // Awaited further down; should something fail before, it must not fail on its own.
    tables.catch(() => {});

    const { MACAW_GRANTS: grantsDirectory } = process.env;
    const roles = loadRoles(model, grantsDirectory ? grantRecorder(grantsDirectory) : undefined);
    const queues = new Queues(model);
    const permissions = new Permissions(model);
    const distributions = hostNames(model);
    const rewrite = (value: string): string =>
      rewriteHosts(value, () => ({ gate: gate.url, origin: edge.origin, apis: apiHosts, distributions }));

    const rewriteAll = (outputs: Record<string, string>): Record<string, string> =>
      Object.fromEntries(Object.entries(outputs).map(([key, value]) => [key, rewrite(value)]));
    const conflicts = new Conflicts(model, options.transactionMs ?? 0);
    const secrets = new Secrets(kept('secrets.json'), options.secrets ?? {});
    const registry = new Registry(kept('sns.json'));
    const outbox = new Outbox(new Faults(registry));
    const webSockets: WebSocketGateway[] = [];
    let http: HttpGateway | undefined;
    let s3: S3 | undefined;
    let distribution: Distribution | undefined;
    const edge = publicOrigin({
      webSocket: () => webSockets[0],
      http: () => http,
      s3: () => s3,
      distribution: () => distribution,
      gate: () => gate,
      pages: outboxPages(outbox),
      allowedOrigins: options.allowedOrigins ?? [],
      log,
    });
    const gate: Gate = new Gate({
      services: {
        cloudformation: cloudFormationApi((stack) => {
          const outputs = model.outputsOf(stack);
          return outputs && rewriteAll(outputs);
        }),
        dynamodb: dynamoDbApi(dynamodb, conflicts),
        lambda: (request, authorize) => lambdaApi(lambda, async)(request, authorize),
        'execute-api': managementApi(webSockets, limits.messageBytes, posts),
        secretsmanager: secretsManagerApi(secrets),
        sns: snsApi({ registry, outbox }),
        sqs: sqsApi(queues),
      },
      functions: () => lambda.functions,
      roles,
      calls,
      log,
      aside: (path, method, body) => customResources.receive(path, method, body),
    });
    await gate.start();
    started.push(() => gate.stop());
    await edge.start(options.port ?? 0);
    started.push(() => edge.stop());
    const apiHosts = new Map<string, { protocol: string; origin: string }>();
    for (const api of model.ofType('AWS::ApiGatewayV2::Api')) {
      const protocol = String(api.properties().ProtocolType);
      const host = new Host(() => (protocol === 'WEBSOCKET' ? webSockets[0] : http), log, options.allowedOrigins);
      await host.start();
      started.push(() => host.stop());
      apiHosts.set(api.identity().ref, { protocol, origin: host.origin });
    }

    const functions = loadFunctions(model, scratchDirectory);
    const endpoints = { gate: gate.url, s3: `${edge.origin}${S3_PREFIX}` };
    const lambda = new Lambda({ functions, endpoints, rewrite, calls, activity, log });
    started.push(() => lambda.stop());
    const retryDelayMs = options.retryDelayMs ?? ((retry: number) => retry * 250);
    const async = new AsyncInvocations({ lambda, queues, roles, calls, activity, log, retryDelayMs });
    started.push(() => async.stop());
    const eventSources = new EventSources({ model, queues, lambda, roles, activity, retryDelayMs });
    started.push(() => eventSources.stop());

    const memory = new Memory(kept('custom-resources.json'));
    const customResources = new CustomResources({ model, lambda, async, gate: () => gate.url, memory });
    await tables;
    await customResources.create();

    // From here on everything has its value: what cannot be resolved now never will.
    for (const resource of model.resources) resource.properties();
    for (const role of roles.values()) role.decide('sts:GetCallerIdentity', '*');

    const buckets = loadBuckets(model);
    if (buckets.size > 0) {
      const store = await ObjectStore.start(kept('objects') ?? temporary('objects'), buckets.keys());
      started.push(() => store.stop());
      const notifications = new Notifications(buckets.values(), { lambda, async, permissions });
      s3 = new S3({ buckets, store, notifications, functions, roles, calls, log, origin: edge.origin });
    }

    const delayMs = options.invocationDelayMs ?? (() => 0);
    const integrator = new Integrator({ lambda, permissions, activity, log, delayMs });
    const apis = loadApis(model, lambda);
    const only = (protocol: Api['protocol']): Api | undefined => {
      const [api, ...others] = apis.filter((candidate) => candidate.protocol === protocol);
      if (others.length > 0) throw new Error(`The local cloud serves one ${protocol} API, not ${others.length + 1}`);
      return api;
    };
    const httpApi = only('HTTP');
    const webSocketApi = only('WEBSOCKET');
    if (httpApi) http = new HttpGateway(httpApi, integrator);
    if (webSocketApi) {
      const gateway = new WebSocketGateway({ api: webSocketApi, integrator, activity, limits, log });
      webSockets.push(gateway);
      started.push(() => gateway.stop());
    }

    const distributed = loadDistribution(model, log);
    if (distributed) distribution = new Distribution(distributed, { http, webSocket: webSockets[0], s3 });

    const schedules = new Schedules({ model, lambda, async, permissions, roles, log });
    schedules.start();
    started.push(() => schedules.stop());

    const outputs = rewriteAll(model.outputs());

    return {
      origin: edge.origin,
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
        if (!webSockets.some((gateway) => gateway.drop(connectionId))) {
          throw new Error(`There is no connection ${connectionId}`);
        }
      },
      failPosts: (connectionId, status, times) => posts.fail(connectionId, status, times),
      failureQueues: () => queues.contents(),
      metrics,
      conflict: (writes) => conflicts.force(writes),
      freeze: () => gate.freeze(),
      hang: (service, count) => gate.hang(service, count),
      throttle: (service, count) => gate.throttle(service, count),
      outbox,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
