import { Duration } from 'aws-cdk-lib';
import { type HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import { ENV } from '../functions/shared/constants.ts';
import type { Tables } from './data-stack.ts';
import { MacawFunction } from './macaw-function.ts';
import type { RealtimeStack } from './realtime-stack.ts';

export interface ConversationsProps {
  readonly tables: Tables;
  readonly api: HttpApi;
  readonly realtime: RealtimeStack;
}

const MESSAGE = '/ctx/{id}/conversations/{type}/{peer}/messages/{messageId}';

/** The endpoints for changes of messages. */
export class Conversations extends Construct {
  constructor(scope: Construct, id: string, { tables, api, realtime }: ConversationsProps) {
    super(scope, id);
    const endpoints = new MacawFunction(this, 'Function', {
      handlerFile: 'conversations',
      description: 'The endpoints for changes of messages',
      timeout: Duration.seconds(29),
    });
    tables.core.allow(endpoints, 'GetItem', 'BatchGetItem', 'Query');
    tables.accounts.allow(endpoints, 'BatchGetItem');
    tables.connections.allow(endpoints, 'BatchGetItem');
    tables.messages.allow(endpoints, 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem');
    tables.admin.allow(endpoints, 'PutItem');
    realtime.deliver.allowInvocation(endpoints, ENV.deliverUrl);
    realtime.push.allowInvocation(endpoints, ENV.pushUrl);
    const integration = new HttpLambdaIntegration('Integration', endpoints);
    for (const path of [MESSAGE, `${MESSAGE}/reactions/{reaction}`]) {
      api.addRoutes({ path, methods: [HttpMethod.ANY], integration });
    }
  }
}
