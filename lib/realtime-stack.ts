import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { type HttpApi, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import {
  CONTACT_INDEX,
  ENV,
  EVERYBODY_INDEX,
  HEARTBEAT_INDEX,
  MEMBERSHIP_INDEX,
} from '../functions/shared/constants.ts';
import { chineseFiles } from './chinese.ts';
import type { Tables } from './data-stack.ts';
import type { FailureQueue } from './failure-queue.ts';
import { MacawFunction } from './macaw-function.ts';
import type { PlatformApplications } from './platform-applications.ts';
import { Polling } from './polling.ts';
import { Push } from './push.ts';
import { suppress, suppressWildcards } from './suppress.ts';
import { Webhooks, type WebhooksConfiguration } from './webhooks.ts';

export interface RealtimeStackProps extends StackProps {
  readonly tables: Tables;
  readonly platforms: PlatformApplications;
  /** The number of posts to connections that the account can make. */
  readonly postQuota: { readonly perSecond: number; readonly burst: number };
  /** Receives asynchronous invocations that failed permanently. */
  readonly failures: FailureQueue;
  readonly webhooks: WebhooksConfiguration;
}

const STAGE = 'live';

const PRESENCE_TIMEOUT = Duration.seconds(29);

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const WHOLE_CPU_MB = 1769;

/** The realtime channel: the WebSocket API and the functions behind it. */
export class RealtimeStack extends Stack {
  /** Invoked asynchronously for events with many receivers. */
  readonly deliver: MacawFunction;
  /** Invoked asynchronously for pushes. */
  readonly push: MacawFunction;
  readonly stage: WebSocketStage;
  readonly heartbeat: MacawFunction;
  /** The HTTP API of the long-polling transport. */
  readonly polling: HttpApi;
  readonly webhooks: Webhooks;

  private readonly failures: FailureQueue;

  constructor(scope: Construct, id: string, props: RealtimeStackProps) {
    super(scope, id, props);
    const { core, messages, connections, accounts, admin } = props.tables;
    this.failures = props.failures;

    const authorizer = new MacawFunction(this, 'Authorizer', {
      handlerFile: 'authorizer',
      description: '$connect: authorizes a connection',
      // Some clients send a password. Hashing it is CPU-bound.
      memorySize: 1024,
    });
    core.allow(authorizer, 'GetItem', 'BatchGetItem');
    accounts.allow(authorizer, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem');

    const handshake = this.createHandshake();
    const connect = new MacawFunction(this, 'Connect', {
      handlerFile: 'connect',
      description: '$connect: answers and starts the handshake',
    });
    handshake.allowInvocation(connect, ENV.handshakeUrl);

    const message = new MacawFunction(this, 'Message', {
      handlerFile: 'message',
      description: '$default: handles one frame of a client',
      // One vCPU: it reads up to a thousand receivers and starts shards, or posts to a hundred connections.
      memorySize: WHOLE_CPU_MB,
      timeout: Duration.seconds(29),
      files: chineseFiles,
    });
    core.allow(message, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem');
    core.allowIndex(message, MEMBERSHIP_INDEX);
    messages.allow(message, 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    messages.allowIndex(message, CONTACT_INDEX);
    accounts.allow(message, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem');
    admin.allow(message, 'PutItem');
    connections.allow(message, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem');

    const disconnect = new MacawFunction(this, 'Disconnect', {
      handlerFile: 'disconnect',
      description: '$disconnect: removes a connection',
    });
    connections.allow(disconnect, 'UpdateItem');

    const polling = new Polling(this, 'Polling', props.tables);
    message.allowInvocation(polling.fn, ENV.messageUrl);
    disconnect.allowInvocation(polling.fn, ENV.disconnectUrl);
    this.polling = polling.api;

    const api = new WebSocketApi(this, 'Api', {
      description: "The realtime channel: Socket.IO's websocket transport",
      // All frames have one route. A frame such as `2` is JSON, and AWS documents no default route for JSON.
      routeSelectionExpression: '\\$default',
      connectRouteOptions: {
        integration: new WebSocketLambdaIntegration('ConnectIntegration', connect),
        // Every Socket.IO client names its transport. Requests without one get 401. EIO may be missing (iOS).
        authorizer: new WebSocketLambdaAuthorizer('ConnectAuthorizer', authorizer, {
          identitySource: ['route.request.querystring.transport'],
        }),
      },
      defaultRouteOptions: { integration: new WebSocketLambdaIntegration('MessageIntegration', message) },
      disconnectRouteOptions: { integration: new WebSocketLambdaIntegration('DisconnectIntegration', disconnect) },
    });
    suppress(
      api,
      'APIG4',
      'The authorizer of $connect authorizes the connection. WebSocket APIs support no authorizer on other routes.',
    );
    this.stage = new WebSocketStage(this, 'Stage', { webSocketApi: api, stageName: STAGE, autoDeploy: true });

    suppress(
      this.stage,
      'APIG1',
      'Access logs of WebSocket APIs need a role that is set for the whole account and region. A stack must not change it.',
    );

    this.deliver = this.createDeliver(props.tables);

    this.push = new Push(this, 'Push', { ...props, failures: this.failures }).fn;
    this.webhooks = new Webhooks(this, 'Webhooks', { ...props, ...props.webhooks });
    for (const caller of [message, this.push]) this.webhooks.fn.allowInvocation(caller, ENV.webhooksUrl);

    this.allowPosts(handshake, 'POST', 'DELETE');
    this.allowPosts(this.deliver, 'POST');
    this.allowPosts(message, 'GET', 'POST', 'DELETE');
    this.heartbeat = this.createHeartbeat(props.tables);
    this.allowPosts(this.heartbeat, 'GET', 'POST', 'DELETE');

    const presenceOffline = this.createPresenceOffline(props.tables);
    this.allowPosts(presenceOffline, 'POST');
    for (const caller of [message, disconnect, this.heartbeat, this.deliver]) {
      presenceOffline.allowInvocation(caller, ENV.presenceOfflineUrl);
    }
    for (const caller of [message, this.deliver, this.heartbeat, presenceOffline]) {
      this.push.allowInvocation(caller, ENV.pushUrl);
    }
    for (const caller of [message, presenceOffline]) this.deliver.allowInvocation(caller, ENV.deliverUrl);
    this.setQuota(props.postQuota, message, presenceOffline, this.deliver);

    new CfnOutput(this, 'WebSocketUrl', {
      value: this.stage.url,
      description: "The WebSocket API. The path of a Socket.IO client is its stage ('/live/')",
    });
  }

  private createHandshake(): MacawFunction {
    return new MacawFunction(this, 'Handshake', {
      handlerFile: 'handshake',
      description: 'Posts the Engine.IO open packet on a new connection',
      // Throttled posts are retried for several seconds each.
      timeout: Duration.seconds(29),
      // A retry comes after a minute. By then the client has given up, or it has its open packet.
      retryAttempts: 0,
      maxEventAge: Duration.minutes(1),
      onFailure: this.failures,
    });
  }

  private createDeliver({ core, connections }: Tables): MacawFunction {
    const deliver = new MacawFunction(this, 'Deliver', {
      handlerFile: 'deliver',
      description: 'Delivers events to many receivers in shards',
      timeout: Duration.minutes(5),
      // One vCPU: each post computes a signature and encrypts.
      memorySize: WHOLE_CPU_MB,
      retryAttempts: 2,
      maxEventAge: Duration.minutes(10),
      onFailure: this.failures,
    });
    core.allow(deliver, 'Query', 'BatchGetItem');
    connections.allow(deliver, 'BatchGetItem', 'UpdateItem');
    connections.allowIndex(deliver, EVERYBODY_INDEX);
    // A shard that runs out of time enqueues the rest as a new job.
    deliver.allowItself();
    return deliver;
  }

  /** Sets the post quota of functions: the account's quota minus a reserve for requests of clients. */
  private setQuota({ perSecond, burst }: RealtimeStackProps['postQuota'], ...functions: MacawFunction[]): void {
    for (const fn of functions) {
      fn.addEnvironment(ENV.postsPerSecond, String(perSecond));
      fn.addEnvironment(ENV.postBurst, String(burst));
    }
  }

  private createPresenceOffline({ core, connections }: Tables): MacawFunction {
    const presenceOffline = new MacawFunction(this, 'PresenceOffline', {
      handlerFile: 'presence-offline',
      functionName: `${this.stackName}-PresenceOffline`,
      description: 'Notifies friends that a user is offline',
      timeout: PRESENCE_TIMEOUT,
      memorySize: 256,
      retryAttempts: 2,
      maxEventAge: Duration.minutes(10),
      onFailure: this.failures,
    });
    core.allow(presenceOffline, 'GetItem', 'Query');
    connections.allow(presenceOffline, 'BatchGetItem', 'UpdateItem');
    // It removes closed connections that it finds. Their users can then be offline, too.
    presenceOffline.allowItself();
    this.delayDepartures(presenceOffline);
    return presenceOffline;
  }

  /** Queues departures for the grace period. A function that waits costs money and uses concurrency. */
  private delayDepartures(presenceOffline: MacawFunction): void {
    const queue = new Queue(this, 'Departures', {
      enforceSSL: true,
      // AWS recommends six times the timeout of the function.
      visibilityTimeout: Duration.seconds(6 * PRESENCE_TIMEOUT.toSeconds()),
      retentionPeriod: Duration.hours(1),
      deadLetterQueue: { queue: this.failures, maxReceiveCount: 3 },
    });
    presenceOffline.addEnvironment(ENV.departuresQueue, queue.queueUrl);
    presenceOffline.addToRolePolicy(
      new PolicyStatement({
        actions: ['SendMessage', 'ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map((name) => `sqs:${name}`),
        resources: [queue.queueArn],
      }),
    );
    new EventSourceMapping(this, 'DeparturesMapping', {
      target: presenceOffline,
      eventSourceArn: queue.queueArn,
      batchSize: 10,
      // A new account can run ten functions at the same time.
      maxConcurrency: 2,
    });
  }

  private createHeartbeat({ connections }: Tables): MacawFunction {
    const heartbeat = new MacawFunction(this, 'Heartbeat', {
      handlerFile: 'heartbeat',
      description: 'Pings Engine.IO 4 clients and closes dead connections',
      timeout: Duration.minutes(2),
      retryAttempts: 2,
      // After two minutes, clients have detected the timeout themselves.
      maxEventAge: Duration.minutes(2),
      onFailure: this.failures,
    });
    connections.allow(heartbeat, 'GetItem', 'UpdateItem');
    connections.allowIndex(heartbeat, HEARTBEAT_INDEX);
    // Large slices are divided among several invocations.
    heartbeat.allowItself();
    new Rule(this, 'HeartbeatSchedule', {
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(heartbeat, { retryAttempts: 0 })],
    });
    return heartbeat;
  }

  /** Grants a function posting to (POST), querying (GET) or closing (DELETE) connections, and sets the callback URL. */
  allowPosts(fn: MacawFunction, ...methods: ('POST' | 'GET' | 'DELETE')[]): void {
    fn.addEnvironment(ENV.callbackUrl, this.stage.callbackUrl);
    const { apiId } = this.stage.api;
    const resources = methods.map((method) =>
      this.formatArn({
        service: 'execute-api',
        resource: Stack.of(fn) === this ? apiId : this.exportValue(apiId),
        resourceName: `${STAGE}/${method}/@connections/*`,
      }),
    );
    fn.addToRolePolicy(new PolicyStatement({ actions: ['execute-api:ManageConnections'], resources }));
    suppressWildcards(fn.role, resources, 'Connection ids are created at run time. The pattern covers this API only.');
  }
}
