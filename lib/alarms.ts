import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { counted, DAY, ofAws, PERIOD } from './metrics.ts';
import type { Watched } from './watched.ts';

interface Symptom {
  /** The first sentence of the alarm mail. The runbook has details. */
  readonly summary: string;
  /** The anchor of its entry in docs/how-to/runbook.md. */
  readonly runbook: string;
  readonly metric: IMetric;
  readonly atLeast?: number;
  readonly below?: number;
  /** The number of consecutive periods. @default 1 */
  readonly periods?: number;
  /** Whether missing data raises the alarm. @default false */
  readonly missingDataBreaches?: boolean;
}

/** One alarm for each symptom that users notice. A stage without traffic raises only the heartbeat alarm. */
export class Alarms extends Construct {
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, watched: Watched) {
    super(scope, id);
    this.all = Object.entries(symptoms(watched)).map(([name, symptom]) => this.alarm(name, symptom));
  }

  private alarm(name: string, symptom: Symptom): Alarm {
    const { summary, runbook, metric, atLeast, below, periods = 1, missingDataBreaches = false } = symptom;
    return new Alarm(this, name, {
      alarmDescription: `${summary}. What to do: docs/how-to/runbook.md#${runbook}`,
      metric,
      threshold: atLeast ?? below ?? 0,
      comparisonOperator:
        below === undefined
          ? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
          : ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: missingDataBreaches ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
  }
}

/** The share of the daily text messages that raises the alarm. */
const SMS_SHARE = 0.8;

/** The remaining days of a push certificate that raise the alarm. */
const CERTIFICATE_DAYS = 14;

function symptoms({
  service,
  realtime,
  polling,
  rest,
  heartbeat,
  failureQueue,
  smsPerDay,
}: Watched): Record<string, Symptom> {
  const ours = counted(service);
  const socket = (name: string) =>
    ofAws('AWS/ApiGateway', name, { ApiId: realtime.api.apiId, Stage: realtime.stageName });
  const beat = (name: string) => ofAws('AWS/Lambda', name, { FunctionName: heartbeat.functionName });
  return {
    LoginsFail: {
      summary: 'Logins with valid credentials fail',
      runbook: 'logins-fail',
      metric: ours('loginsFailed'),
      atLeast: 5,
    },
    MessagesFail: {
      summary: 'Valid messages are rejected',
      runbook: 'messages-fail',
      metric: ours('messagesFailed'),
      atLeast: 5,
    },
    DeliveryIsSlow: {
      summary: 'The 99th percentile of delivery latency to online receivers is above 3 seconds',
      runbook: 'delivery-is-slow',
      metric: ours('deliveryLatency', { statistic: 'p99' }),
      atLeast: 3000,
      periods: 3,
    },
    PostsFail: {
      summary: 'Posts to open connections fail',
      runbook: 'posts-fail',
      metric: ours('postsFailed'),
      atLeast: 20,
    },
    PostsAreThrottled: {
      summary: 'API Gateway throttles posts (429), and messages arrive late',
      runbook: 'posts-are-throttled',
      metric: ours('postsThrottled'),
      atLeast: 500,
      periods: 3,
    },
    RealtimeFails: {
      summary: 'Functions of the realtime channel fail',
      runbook: 'realtime-fails',
      metric: new MathExpression({
        expression: 'FILL(integration, 0) + FILL(execution, 0) + FILL(polling, 0)',
        usingMetrics: {
          integration: socket('IntegrationError'),
          execution: socket('ExecutionError'),
          polling: ofAws('AWS/ApiGateway', '5xx', { ApiId: polling.apiId }),
        },
        label: 'IntegrationError + ExecutionError + 5xx of long-polling',
        period: PERIOD,
      }),
      atLeast: 5,
    },
    RestFails: {
      summary: 'REST requests are answered with 5xx',
      runbook: 'rest-fails',
      metric: ofAws('AWS/ApiGateway', '5xx', { ApiId: rest.apiId }),
      atLeast: 5,
    },
    FunctionsAreThrottled: {
      summary: 'Lambda concurrency of the account is exhausted; connections are refused and frames are lost',
      runbook: 'functions-are-throttled',
      metric: ofAws('AWS/Lambda', 'Throttles', {}),
      atLeast: 5,
    },
    TablesAreThrottled: {
      summary: 'DynamoDB throttles requests; responses are slow and some fail',
      runbook: 'tables-are-throttled',
      metric: ours('tableThrottles'),
      atLeast: 50,
      periods: 2,
    },
    PushesFail: {
      summary: 'Push notifications to offline users fail',
      runbook: 'pushes-fail',
      metric: ours('pushesFailed'),
      atLeast: 20,
      periods: 2,
    },
    PushCertificateExpires: {
      summary: `A push certificate expires in less than ${CERTIFICATE_DAYS} days, or has expired`,
      runbook: 'push-certificate-expires',
      metric: ours('certificateDaysLeft', { statistic: 'Minimum', period: DAY }),
      below: CERTIFICATE_DAYS,
    },
    SmsNearLimit: {
      summary: `${SMS_SHARE * 100}% of the text messages of a day are sent (smsPerDay is ${smsPerDay})`,
      runbook: 'sms-near-limit',
      metric: ours('smsSent', { period: DAY }),
      // A sum of no messages is not a symptom, even if none are allowed.
      atLeast: Math.max(1, Math.ceil(SMS_SHARE * smsPerDay)),
    },
    WorkIsLeft: {
      summary: 'Asynchronous work has failed permanently and is in the failure queue',
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
      summary: 'The heartbeat does not run; Socket.IO 3 and 4 clients disconnect after some minutes',
      runbook: 'heartbeat-stopped',
      metric: new MathExpression({
        expression: 'invocations - errors',
        usingMetrics: { invocations: beat('Invocations'), errors: beat('Errors') },
        label: 'Heartbeats that succeeded',
        period: Duration.minutes(5),
      }),
      below: 1,
      missingDataBreaches: true,
    },
  };
}
