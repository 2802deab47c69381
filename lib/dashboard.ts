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
import { counted, ofAws, PERIOD } from './metrics.ts';
import { PRICE } from './prices.ts';
import type { Watched } from './watched.ts';

const HOUR = Duration.hours(1);

/** In which every client that is connected is heard of once. */
const BEAT = Duration.millis(HEARTBEAT.pingInterval);

/** A third of a row. */
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

/** The one page of a stage: is it well, how busy is it, and what does it cost. */
export function dashboard(scope: Construct, id: string, watched: Watched, alarms: readonly Alarm[]): Dashboard {
  return new Dashboard(scope, id, {
    dashboardName: watched.service,
    defaultInterval: Duration.hours(12),
    widgets: [
      [heading('# Is it well?')],
      [
        new AlarmStatusWidget({
          title: 'Alarms; docs/how-to/runbook.md has an entry for each',
          alarms: [...alarms],
          width: 24,
          height: 3,
        }),
      ],
      ...health(watched),
      [heading('# How busy is it?')],
      ...traffic(watched),
      [heading('# What does it cost?')],
      costs(watched),
    ],
  });
}

function health({ service, realtime, rest, failureQueue }: Watched): IWidget[][] {
  const ours = counted(service);
  const socket = { ApiId: realtime.api.apiId, Stage: realtime.stageName };
  return [
    [
      graph(
        'From the gateway to the last receiver online',
        ['p50', 'p90', 'p99'].map((statistic) => ours('deliveryLatency', { statistic, label: statistic })),
        { label: 'ms' },
      ),
      graph('What failed by our fault', [
        ours('loginsFailed'),
        ours('messagesFailed'),
        ours('postsFailed'),
        ours('pushesFailed'),
      ]),
      graph('What was refused for a reason', [ours('loginsRefused'), ours('messagesRefused')]),
    ],
    [
      graph('Errors of the gateways', [
        ofAws('AWS/ApiGateway', 'IntegrationError', socket),
        ofAws('AWS/ApiGateway', 'ExecutionError', socket),
        ofAws('AWS/ApiGateway', '5xx', { ApiId: rest.apiId }, { label: 'REST 5xx' }),
        ofAws('AWS/ApiGateway', '4xx', { ApiId: rest.apiId }, { label: 'REST 4xx' }),
      ]),
      graph('Throttled', [
        ours('postsThrottled'),
        ours('tableThrottles'),
        ofAws('AWS/Lambda', 'Throttles', {}, { label: 'Functions, of the whole account' }),
      ]),
      graph('Errors of functions, and work left in the failure queue', [
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
      graph('Connections that are alive', [ours('heartbeats', { period: BEAT, label: 'Connections' })]),
      graph('Logins and connections', [
        ours('logins'),
        ofAws('AWS/ApiGateway', 'ConnectCount', socket, { label: 'Connections' }),
        ours('postsGone', { label: 'Found gone by a post' }),
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
      graph('Connections that a message goes to', [
        ours('fanOut', { statistic: 'Average', label: 'on average' }),
        ours('fanOut', { statistic: 'Maximum', label: 'at most' }),
      ]),
      graph('Pushes', [ours('pushesSent'), ours('pushesFailed')]),
      graph('REST requests', [
        ofAws('AWS/ApiGateway', 'Count', { ApiId: rest.apiId }),
        ofAws('AWS/ApiGateway', 'Latency', { ApiId: rest.apiId }, { statistic: 'p99', label: 'p99, ms' }),
      ]),
    ],
    [
      graph('Concurrent invocations, of the whole account', [
        ofAws('AWS/Lambda', 'ConcurrentExecutions', {}, { statistic: 'Maximum' }),
      ]),
      graph('Duration of functions, p99', [
        search('', 'AWS/Lambda,FunctionName', `MetricName="Duration" ${words(service)}`, 'p99'),
      ]),
      graph('Days that push certificates are still valid', [
        search(
          '',
          'Macaw,app,platform,service',
          `MetricName="PushCertificateDaysLeft" service="${service}"`,
          'Minimum',
        ),
      ]),
    ],
  ];
}

/** An estimate, at the prices of us-east-1: what stands on the bill for sure is not known to CloudWatch. */
function costs({ service, realtime, rest }: Watched): IWidget[] {
  const frames = ofAws('AWS/ApiGateway', 'MessageCount', { ApiId: realtime.api.apiId, Stage: realtime.stageName });
  const beatMinutes = BEAT.toMinutes();
  const lambda = (metric: string) =>
    `SUM(SEARCH('{AWS/Lambda,FunctionName} MetricName="${metric}" ${words(service)}', 'Sum'))`;
  const units = (metric: string) =>
    ['AWS/DynamoDB,TableName', 'AWS/DynamoDB,GlobalSecondaryIndexName,TableName']
      .map((schema) => `SUM(SEARCH('{${schema}} MetricName="${metric}" ${words(service)}', 'Sum'))`)
      .join(' + ');
  const dollars = (label: string, expression: string, usingMetrics: Record<string, IMetric> = {}) =>
    new MathExpression({ label, expression, usingMetrics, period: HOUR });
  return [
    new GraphWidget({
      title: 'USD per hour, about (us-east-1; without transfer, storage, logs and CloudFront)',
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
        dollars(
          'Functions, as if all had 512 MB',
          `${lambda('Invocations')} * ${plain(PRICE.invocation)} + ${lambda('Duration')} * ${plain((0.5 * PRICE.compute) / 1000)}`,
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

/** What the names of a stage's functions and tables hold, as a search term: its words. */
const words = (service: string) => service.replaceAll('-', ' ');

/** One line for each metric that CloudWatch finds; what is new comes by itself. */
function search(label: string, schema: string, terms: string, statistic = 'Sum'): MathExpression {
  return new MathExpression({ label, expression: `SEARCH('{${schema}} ${terms}', '${statistic}')`, period: PERIOD });
}

/** A number as CloudWatch reads it, which knows no 5e-7. */
const plain = (value: number): string => value.toFixed(14);
