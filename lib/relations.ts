import { Duration } from 'aws-cdk-lib';
import { type HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import { ENV } from '../functions/shared/constants.ts';
import type { Tables } from './data-stack.ts';
import { MacawFunction } from './macaw-function.ts';
import type { RealtimeStack } from './realtime-stack.ts';

export interface RelationsProps {
  readonly tables: Tables;
  readonly api: HttpApi;
  readonly realtime: RealtimeStack;
}

const PATHS = [
  '/ctx/{id}/blocks',
  '/ctx/{id}/blocks/{uid}',
  '/ctx/{id}/requests',
  '/ctx/{id}/requests/{uid}',
  '/ctx/{id}/requests/{type}/{peer}',
  '/groups/{id}/invitations',
  '/groups/{id}/invitations/{uid}',
  '/ctx/{id}/conversations/{type}/{peer}/settings',
  '/ctx/{id}/push-settings',
];

/** The endpoints for blocks, requests between users, and their settings. */
export class Relations extends Construct {
  constructor(scope: Construct, id: string, { tables, api, realtime }: RelationsProps) {
    super(scope, id);
    const relations = new MacawFunction(this, 'Relations', {
      handlerFile: 'relations',
      description: 'The endpoints for blocks, requests and settings of users',
      timeout: Duration.seconds(29),
    });
    tables.core.allow(relations, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    tables.messages.allow(relations, 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    tables.connections.allow(relations, 'BatchGetItem');
    tables.accounts.allow(relations, 'BatchGetItem');
    realtime.deliver.allowInvocation(relations, ENV.deliverUrl);
    const integration = new HttpLambdaIntegration('RelationsIntegration', relations);
    for (const path of PATHS) api.addRoutes({ path, methods: [HttpMethod.ANY], integration });
  }
}
