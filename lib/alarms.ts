import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { counted, ofAws, PERIOD } from './metrics.ts';
import type { Watched } from './watched.ts';

interface Symptom {
  /** What is said of it in the mail; the runbook has more. */
  readonly says: string;
  /** The heading of its entry in docs/how-to/runbook.md, as a link writes it. */
  readonly runbook: string;
  readonly metric: IMetric;
  readonly atLeast?: number;
  readonly below?: number;
  /** For how many periods on end. @default 1 */
  readonly periods?: number;
  /** Whether silence is the symptom, and not just that nobody is there. @default false */
  readonly silence?: boolean;
}

/** An alarm for each thing that users would feel. A stage where nobody is raises none but for a heartbeat that stopped. */
export class Alarms extends Construct {
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, watched: Watched) {
    super(scope, id);
    this.all = Object.entries(symptoms(watched)).map(([name, symptom]) => this.alarm(name, symptom));
  }

  private alarm(name: string, { says, runbook, metric, atLeast, below, periods = 1, silence = false }: Symptom): Alarm {
    return new Alarm(this, name, {
      alarmDescription: `${says}. What to do: docs/how-to/runbook.md#${runbook}`,
      metric,
      threshold: atLeast ?? below ?? 0,
      comparisonOperator:
        below === undefined
          ? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
          : ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: silence ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
  }
}

function symptoms({ service, realtime, rest, heartbeat, failureQueue }: Watched): Record<string, Symptom> {
  const ours = counted(service);
  const socket = (name: string) =>
    ofAws('AWS/ApiGateway', name, { ApiId: realtime.api.apiId, Stage: realtime.stageName });
  const beat = (name: string) => ofAws('AWS/Lambda', name, { FunctionName: heartbeat.functionName });
  return {
    LoginsFail: {
      says: 'Users with right credentials cannot log in',
      runbook: 'logins-fail',
      metric: ours('loginsFailed'),
      atLeast: 5,
    },
    MessagesFail: {
      says: 'Messages are refused although nothing is wrong with them',
      runbook: 'messages-fail',
      metric: ours('messagesFailed'),
      atLeast: 5,
    },
    DeliveryIsSlow: {
      says: 'One message in a hundred takes longer than three seconds to reach those who are online',
      runbook: 'delivery-is-slow',
      metric: ours('deliveryLatency', { statistic: 'p99' }),
      atLeast: 3000,
      periods: 3,
    },
    PostsFail: {
      says: 'Messages do not reach connections that are open',
      runbook: 'posts-fail',
      metric: ours('postsFailed'),
      atLeast: 20,
    },
    PostsAreThrottled: {
      says: 'API Gateway refuses posts (429), so messages come late',
      runbook: 'posts-are-throttled',
      metric: ours('postsThrottled'),
      atLeast: 500,
      periods: 3,
    },
    RealtimeFails: {
      says: 'Connections and frames meet functions that fail',
      runbook: 'realtime-fails',
      metric: new MathExpression({
        expression: 'integration + execution',
        usingMetrics: { integration: socket('IntegrationError'), execution: socket('ExecutionError') },
        label: 'IntegrationError + ExecutionError',
        period: PERIOD,
      }),
      atLeast: 5,
    },
    RestFails: {
      says: 'REST requests are answered with 5xx',
      runbook: 'rest-fails',
      metric: ofAws('AWS/ApiGateway', '5xx', { ApiId: rest.apiId }),
      atLeast: 5,
    },
    FunctionsAreThrottled: {
      says: "The account's concurrent invocations are used up: connections are refused, frames are lost",
      runbook: 'functions-are-throttled',
      metric: ofAws('AWS/Lambda', 'Throttles', {}),
      atLeast: 5,
    },
    TablesAreThrottled: {
      says: 'DynamoDB refuses calls: everything is slow, and some of it fails',
      runbook: 'tables-are-throttled',
      metric: ours('tableThrottles'),
      atLeast: 50,
      periods: 2,
    },
    PushesFail: {
      says: 'Those who are offline are not told of their messages',
      runbook: 'pushes-fail',
      metric: ours('pushesFailed'),
      atLeast: 20,
      periods: 2,
    },
    WorkIsLeft: {
      says: 'Work that was to be done later has failed for good, and waits in the failure queue',
      runbook: 'work-is-left',
      metric: ofAws(
        'AWS/SQS',
        'ApproximateNumberOfMessagesVisible',
        { QueueName: failureQueue.queueName },
        { statistic: 'Maximum' },
      ),
      atLeast: 1,
    },
    HeartbeatStopped: {
      says: 'Nobody pings the clients of Socket.IO 3 and 4, which give up after some minutes',
      runbook: 'heartbeat-stopped',
      metric: new MathExpression({
        expression: 'invocations - errors',
        usingMetrics: { invocations: beat('Invocations'), errors: beat('Errors') },
        label: 'Heartbeats that succeeded',
        period: Duration.minutes(5),
      }),
      below: 1,
      silence: true,
    },
  };
}
