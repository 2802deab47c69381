import { CfnParameter, Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  CfnEventSourceMapping,
  EventSourceMapping,
  FilterCriteria,
  FilterRule,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ENV } from '../functions/shared/constants.ts';
import type { ChatTable } from './chat-table.ts';
import type { Tables } from './data-stack.ts';
import type { FailureQueue } from './failure-queue.ts';
import { MacawFunction } from './macaw-function.ts';
import { suppressWildcards } from './suppress.ts';

export interface WebhooksConfiguration {
  /** Whether the streams of the tables are read. */
  readonly enabled: boolean;
  /** The event bus for webhooks without a URL. */
  readonly eventBusArn: string | undefined;
}

export interface WebhooksProps extends WebhooksConfiguration {
  readonly tables: Tables;
  /** Receives events that failed permanently. */
  readonly failures: FailureQueue;
}

type Filter = Parameters<typeof FilterCriteria.filter>[0];

const TIMEOUT = Duration.minutes(1);

/** A text attribute that exists. */
const present = { S: FilterRule.exists() };

/** Changes of messages and read positions. Heads of conversations and other items cause no invocation. */
const MESSAGES: Filter[] = ['0', 'read#'].map((start) => ({
  eventName: ['INSERT', 'MODIFY'],
  dynamodb: { Keys: { sk: { S: FilterRule.beginsWith(start) } } },
}));

/** New and removed members and friends. */
const CORE: Filter[] = ['member#', 'friend#'].map((start) => ({
  eventName: ['INSERT', 'REMOVE'],
  dynamodb: { Keys: { sk: { S: FilterRule.beginsWith(start) } } },
}));

/** Users who were or are announced as online. Heartbeats cause no invocation. */
const CONNECTIONS: Filter[] = [
  { dynamodb: { NewImage: { announced: present } } },
  { dynamodb: { OldImage: { announced: present } } },
];

/** Delivers events to the webhooks of applications, from the streams of the tables. */
export class Webhooks extends Construct {
  readonly fn: MacawFunction;
  private readonly enabled: string;
  private readonly eventBusArn: string | undefined;

  constructor(scope: Construct, id: string, { tables, failures, enabled, eventBusArn }: WebhooksProps) {
    super(scope, id);
    this.eventBusArn = eventBusArn;
    const parameter = new CfnParameter(this, 'Enabled', {
      description: 'Whether webhooks receive events: the setting webhooks of macaw.json.',
      default: String(enabled),
      allowedValues: ['true', 'false'],
    });
    parameter.overrideLogicalId('Webhooks');
    this.enabled = parameter.valueAsString;
    this.fn = new MacawFunction(this, 'Function', {
      handlerFile: 'webhooks',
      description: 'Delivers events to the webhooks of applications',
      timeout: TIMEOUT,
      // It waits for receivers most of the time.
      memorySize: 192,
      retryAttempts: 0,
      onFailure: failures,
    });
    tables.core.allow(this.fn, 'GetItem', 'BatchGetItem', 'UpdateItem');
    this.fn.allowItself();
    this.retryFrom(failures);
    this.fn.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:ListStreams'], resources: ['*'] }));
    suppressWildcards(this.fn.role, ['*'], 'ListStreams does not support resource-level permissions.');
    this.read('Messages', tables.messages, MESSAGES, failures);
    this.read('Core', tables.core, CORE, failures);
    this.read('Connections', tables.connections, CONNECTIONS, failures);
    this.allowEventBus(this.fn);
  }

  /** Tells a function what webhooks the deployment supports, and lets it send events to test them. */
  describe(fn: MacawFunction): void {
    fn.addEnvironment(ENV.webhooks, this.enabled);
    this.allowEventBus(fn);
  }

  private allowEventBus(fn: MacawFunction): void {
    if (this.eventBusArn === undefined) return;
    fn.addEnvironment(ENV.eventBus, this.eventBusArn);
    fn.addToRolePolicy(new PolicyStatement({ actions: ['events:PutEvents'], resources: [this.eventBusArn] }));
  }

  /** Requests that failed wait in a queue. */
  private retryFrom(failures: FailureQueue): void {
    const queue = new Queue(this, 'Retries', {
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(6 * TIMEOUT.toSeconds()),
      retentionPeriod: Duration.days(14),
      deadLetterQueue: { queue: failures, maxReceiveCount: 5 },
    });
    this.fn.addEnvironment(ENV.webhookRetries, queue.queueUrl);
    this.fn.addToRolePolicy(
      new PolicyStatement({
        actions: ['SendMessage', 'ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map((name) => `sqs:${name}`),
        resources: [queue.queueArn],
      }),
    );
    // One request per invocation, so that a slow receiver does not hold up the retries of others.
    new EventSourceMapping(this, 'RetriesMapping', {
      target: this.fn,
      eventSourceArn: queue.queueArn,
      batchSize: 1,
      maxConcurrency: 5,
    });
  }

  private read(name: string, table: ChatTable, filters: readonly Filter[], failures: FailureQueue): void {
    const mapping = new EventSourceMapping(this, `${name}Mapping`, {
      target: this.fn,
      ...(table.tableStreamArn !== undefined && { eventSourceArn: table.tableStreamArn }),
      startingPosition: StartingPosition.LATEST,
      batchSize: 100,
      // Events of two seconds share an invocation and a request.
      maxBatchingWindow: Duration.seconds(2),
      bisectBatchOnError: true,
      retryAttempts: 5,
      // Lambda sends with the role of the function, which has the grant for its own failures.
      onFailure: { bind: () => ({ destination: failures.queueArn }) },
      filters: filters.map((filter) => FilterCriteria.filter(filter)),
    });
    const { defaultChild } = mapping.node;
    if (defaultChild instanceof CfnEventSourceMapping) defaultChild.addPropertyOverride('Enabled', this.enabled);
    this.fn.addToRolePolicy(
      new PolicyStatement({
        actions: ['DescribeStream', 'GetRecords', 'GetShardIterator'].map((action) => `dynamodb:${action}`),
        resources: table.tableStreamArn === undefined ? [] : [table.tableStreamArn],
      }),
    );
  }
}
