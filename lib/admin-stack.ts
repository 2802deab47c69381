import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { type HttpApi, HttpMethod, HttpRoute, HttpRouteKey } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Construct } from 'constructs';
import { ENV, EVERYBODY_INDEX } from '../functions/shared/constants.ts';
import type { Tables } from './data-stack.ts';
import type { FailureQueue } from './failure-queue.ts';
import { MacawFunction } from './macaw-function.ts';
import { Moderation } from './moderation.ts';
import type { RealtimeStack } from './realtime-stack.ts';
import { Statistics } from './statistics.ts';
import { suppress } from './suppress.ts';
import type { Webhooks } from './webhooks.ts';

export interface AdminStackProps extends StackProps {
  readonly tables: Tables;
  readonly realtime: RealtimeStack;
  /** Receives counts that failed permanently. Operators read it. */
  readonly failures: FailureQueue;
  readonly rest: HttpApi;
  readonly webhooks: Webhooks;
  /** All functions that write what the statistics count. */
  readonly functions: readonly MacawFunction[];
}

const PATHS = [
  '/statistics',
  '/statistics/now',
  '/settings',
  '/audit',
  '/ctx/{id}/devices',
  '/webhooks',
  '/webhooks/{id}',
  '/webhooks/{id}/secret',
  '/webhooks/{id}/test',
];

/** The endpoints for the administration of an application and for moderation, and the statistics. */
export class AdminStack extends Stack {
  constructor(scope: Construct, id: string, props: AdminStackProps) {
    super(scope, id, props);
    const { tables, rest } = props;
    const { counter } = new Statistics(this, 'Statistics', props);
    const endpoints = new MacawFunction(this, 'Endpoints', {
      handlerFile: 'admin',
      description: 'The endpoints for administration',
      timeout: Duration.seconds(29),
    });
    tables.core.allow(endpoints, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem');
    props.webhooks.describe(endpoints);
    tables.accounts.allow(endpoints, 'BatchGetItem');
    tables.connections.allow(endpoints, 'BatchGetItem');
    tables.connections.allowIndex(endpoints, EVERYBODY_INDEX);
    tables.admin.allow(endpoints, 'GetItem', 'Query', 'PutItem');
    counter.allowInvocation(endpoints, ENV.statisticsUrl);
    this.serve(rest, PATHS, new HttpLambdaIntegration('Integration', endpoints));
    // Apart from the others, because the queue contains events of all applications.
    const failures = new MacawFunction(this, 'Failures', {
      handlerFile: 'failures',
      description: 'The endpoint for failed asynchronous work',
      timeout: Duration.seconds(29),
    });
    tables.core.allow(failures, 'GetItem', 'BatchGetItem');
    tables.accounts.allow(failures, 'BatchGetItem');
    props.failures.allowReading(failures);
    this.serve(rest, ['/failures'], new HttpLambdaIntegration('FailuresIntegration', failures));
    new Moderation(this, 'Moderation', props);
  }

  private serve(httpApi: HttpApi, paths: readonly string[], integration: HttpLambdaIntegration): void {
    for (const path of paths) {
      const route = new HttpRoute(this, `Route${path.replaceAll(/\W/g, '')}`, {
        httpApi,
        routeKey: HttpRouteKey.with(path, HttpMethod.ANY),
        integration,
      });
      suppress(route, 'APIG4', 'The function authenticates each request, as for all endpoints.');
    }
  }
}
