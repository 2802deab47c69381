import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { HEARTBEAT } from '../functions/shared/heartbeat-times.ts';
import { DEFAULT_MEMORY_MB } from './macaw-function.ts';
import { counted, ofAws, PERIOD } from './metrics.ts';
import { PRICE } from './prices.ts';
import type { Watched } from './watched.ts';

const HOUR = Duration.hours(1);

/** Each connected client sends one heartbeat in this period. */
const BEAT = Duration.millis(HEARTBEAT.pingInterval);

/** A graph that fills a third of a row. */
const graph = (title: string, left: IMetric[], more: { stacked?: boolean; label?: string } = {}) =>
  new GraphWidget({
    title,
    left,
    width: 8,
    height: 6,
    stacked: more.stacked ?? false,
    leftYAxis: { min: 0, showUnits: false, ...(more.label !== undefined && { label: more.label }) },
  });

const heading = (markdown: string) => new TextWidget({ markdown, width: 24, height: 1 });

/** The dashboard of a stage: health, traffic and costs. */
export function dashboard(scope: Construct, id: string, watched: Watched, alarms: readonly Alarm[]): Dashboard {
  return new Dashboard(scope, id, {
    dashboardName: watched.service,
    defaultInterval: Duration.hours(12),
    widgets: [
      [heading('# Health')],
      [
        new AlarmStatusWidget({
          title: 'Alarms; docs/how-to/runbook.md has an entry for each',
          alarms: [...alarms],
          width: 24,
          height: 3,
        }),
      ],
      ...health(watched),
      [heading('# Traffic')],
      ...traffic(watched),
      [heading('# Costs')],
      costs(watched),
    ],
  });
}

function health({ service, realtime, polling, rest, failureQueue }: Watched): IWidget[][] {
  const ours = counted(service);
  const socket = { ApiId: realtime.api.apiId, Stage: realtime.stageName };
  return [
    [
      graph(
        'Delivery latency to the last online receiver',
        ['p50', 'p90', 'p99'].map((statistic) => ours('deliveryLatency', { statistic, label: statistic })),
        { label: 'ms' },
      ),
      graph('Failures of the server', [
        ours('loginsFailed'),
        ours('messagesFailed'),
        ours('postsFailed'),
        ours('pushesFailed'),
      ]),
      graph('Rejected requests of clients', [ours('loginsRefused'), ours('messagesRefused')]),
    ],
    [
      graph('API Gateway errors', [
        ofAws('AWS/ApiGateway', 'IntegrationError', socket),
        ofAws('AWS/ApiGateway', 'ExecutionError', socket),
        ofAws('AWS/ApiGateway', '5xx', { ApiId: polling.apiId }, { label: 'Long-polling 5xx' }),
        ofAws('AWS/ApiGateway', '5xx', { ApiId: rest.apiId }, { label: 'REST 5xx' }),
        ofAws('AWS/ApiGateway', '4xx', { ApiId: rest.apiId }, { label: 'REST 4xx' }),
      ]),
      graph('Throttled', [
        ours('postsThrottled'),
        ours('tableThrottles'),
        ofAws('AWS/Lambda', 'Throttles', {}, { label: 'Functions (whole account)' }),
      ]),
      graph('Function errors, and messages in the failure queue', [
        search('Errors', 'AWS/Lambda,FunctionName', `MetricName="Errors" ${words(service)}`),
        ofAws(
          'AWS/SQS',
          'ApproximateNumberOfMessagesVisible',
          { QueueName: failureQueue.queueName },
          { statistic: 'Maximum', label: 'In the queue' },
        ),
      ]),
    ],
  ];
}

function traffic({ service, realtime, rest }: Watched): IWidget[][] {
  const ours = counted(service);
  const socket = { ApiId: realtime.api.apiId, Stage: realtime.stageName };
  return [
    [
      graph('Live connections', [ours('heartbeats', { period: BEAT, label: 'Connections' })]),
      graph('Logins and connections', [
        ours('logins'),
        ofAws('AWS/ApiGateway', 'ConnectCount', socket, { label: 'Connections' }),
        ours('postsGone', { label: 'Posts to closed connections' }),
      ]),
      graph(
        'Messages',
        [
          ours('friendMessages'),
          ours('groupMessages'),
          ours('roomMessages'),
          ours('visitorMessages'),
          ours('strangerMessages'),
          ours('systemMessages'),
        ],
        { stacked: true },
      ),
    ],
    [
      graph('Connections per message', [
        ours('fanOut', { statistic: 'Average', label: 'average' }),
        ours('fanOut', { statistic: 'Maximum', label: 'maximum' }),
      ]),
      graph('Pushes, text messages and uploads', [
        ours('pushesSent'),
        ours('pushesFailed'),
        ours('uploads'),
        ours('smsSent'),
        ours('smsRefused'),
      ]),
      graph('Events to webhooks', [ours('webhookEvents'), ours('webhooksFailed')]),
      graph('REST requests', [
        ofAws('AWS/ApiGateway', 'Count', { ApiId: rest.apiId }),
        ofAws('AWS/ApiGateway', 'Latency', { ApiId: rest.apiId }, { statistic: 'p99', label: 'p99, ms' }),
      ]),
    ],
    [
      graph('Concurrent invocations (whole account)', [
        ofAws('AWS/Lambda', 'ConcurrentExecutions', {}, { statistic: 'Maximum' }),
      ]),
      graph('Function duration, p99', [
        search('', 'AWS/Lambda,FunctionName', `MetricName="Duration" ${words(service)}`, 'p99'),
      ]),
      graph('Days until push certificates expire', [
        search(
          '',
          'Macaw,app,platform,service',
          `MetricName="PushCertificateDaysLeft" service="${service}"`,
          'Minimum',
        ),
      ]),
    ],
    [
      graph('Clients that start with long-polling', [
        ours('pollingSessions'),
        ours('pollingUpgrades'),
        ours('pollingRefused'),
      ]),
    ],
  ];
}

/** A cost estimate at us-east-1 prices. CloudWatch does not have the exact costs. */
function costs({ service, realtime, polling, rest, functions }: Watched): IWidget[] {
  const frames = ofAws('AWS/ApiGateway', 'MessageCount', { ApiId: realtime.api.apiId, Stage: realtime.stageName });
  const beatMinutes = BEAT.toMinutes();
  const lambda = (metric: string) =>
    `SUM(SEARCH('{AWS/Lambda,FunctionName} MetricName="${metric}" ${words(service)}', 'Sum'))`;
  const units = (metric: string) =>
    ['AWS/DynamoDB,TableName', 'AWS/DynamoDB,GlobalSecondaryIndexName,TableName']
      .map((schema) => `SUM(SEARCH('{${schema}} MetricName="${metric}" ${words(service)}', 'Sum'))`)
      .join(' + ');
  // The search finds all functions at the default memory. Each other function then adds or subtracts its difference.
  // So only their names cross the border of a stack, where a name in use keeps CloudFormation from removing its function.
  const others = functions.filter(({ memorySize }) => memorySize !== DEFAULT_MEMORY_MB);
  const dollars = (label: string, expression: string, usingMetrics: Record<string, IMetric> = {}) =>
    new MathExpression({ label, expression, usingMetrics, period: HOUR });
  return [
    new GraphWidget({
      title: 'Estimated USD per hour (us-east-1; excludes data transfer, storage, logs and CloudFront)',
      width: 24,
      height: 7,
      stacked: true,
      leftYAxis: { min: 0, showUnits: false, label: 'USD' },
      left: [
        dollars('Frames', `frames * ${plain(PRICE.webSocketMessage)}`, { frames }),
        dollars('Connections', `heartbeats * ${plain(beatMinutes * PRICE.connectionMinute)}`, {
          heartbeats: counted(service)('heartbeats'),
        }),
        dollars('REST requests', `requests * ${plain(PRICE.httpRequest)}`, {
          requests: ofAws('AWS/ApiGateway', 'Count', { ApiId: rest.apiId }),
        }),
        dollars('Long-polling', `polls * ${plain(PRICE.httpRequest)}`, {
          polls: ofAws('AWS/ApiGateway', 'Count', { ApiId: polling.apiId }),
        }),
        dollars(
          'Functions',
          [
            `${lambda('Invocations')} * ${plain(PRICE.invocation)}`,
            `${lambda('Duration')} * ${plain(computePrice(DEFAULT_MEMORY_MB))}`,
            ...others.map(
              ({ memorySize }, n) => `FILL(f${n}, 0) * ${signed(computePrice(memorySize - DEFAULT_MEMORY_MB))}`,
            ),
          ].join(' + '),
          Object.fromEntries(
            others.map(({ functionName }, n) => [
              `f${n}`,
              ofAws('AWS/Lambda', 'Duration', { FunctionName: functionName }),
            ]),
          ),
        ),
        dollars(
          'Tables',
          `(${units('ConsumedReadCapacityUnits')}) * ${plain(PRICE.readUnit)} + (${units('ConsumedWriteCapacityUnits')}) * ${plain(PRICE.writeUnit)}`,
        ),
        dollars('Pushes', `pushes * ${plain(PRICE.push)}`, { pushes: counted(service)('pushesSent') }),
      ],
    }),
  ];
}

/** A search term that matches the names of a stage's functions and tables. */
const words = (service: string) => service.replaceAll('-', ' ');

/** One line for each matching metric, including metrics created later. */
function search(label: string, schema: string, terms: string, statistic = 'Sum'): MathExpression {
  return new MathExpression({ label, expression: `SEARCH('{${schema}} ${terms}', '${statistic}')`, period: PERIOD });
}

/** The price of a millisecond with that much memory. */
const computePrice = (megabytes: number): number => ((megabytes / 1024) * PRICE.compute) / 1000;

const signed = (value: number): string => (value < 0 ? `(0 - ${plain(-value)})` : plain(value));

/** A number in decimal notation: CloudWatch does not accept exponents. */
const plain = (value: number): string => value.toFixed(14);
