import { Duration } from 'aws-cdk-lib';
import { type HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import { CONTACT_INDEX, ENV, MEMBERSHIP_INDEX } from '../functions/shared/constants.ts';
import { chineseFiles } from './chinese.ts';
import type { Tables } from './data-stack.ts';
import { MacawFunction } from './macaw-function.ts';
import type { RealtimeStack } from './realtime-stack.ts';

export interface ConversationsProps {
  readonly tables: Tables;
  readonly api: HttpApi;
  readonly realtime: RealtimeStack;
}

const CONVERSATION = '/ctx/{id}/conversations/{type}/{peer}';
const MESSAGE = `${CONVERSATION}/messages/{messageId}`;
const PATHS = [
  '/ctx/{id}/conversations',
  '/ctx/{id}/unread',
  '/ctx/{id}/receipts',
  '/ctx/{id}/sync',
  `${CONVERSATION}/read`,
  MESSAGE,
  `${MESSAGE}/reactions/{reaction}`,
];

/** The endpoints for lists of conversations, read positions, and changes of messages. */
export class Conversations extends Construct {
  constructor(scope: Construct, id: string, { tables, api, realtime }: ConversationsProps) {
    super(scope, id);
    const endpoints = new MacawFunction(this, 'Function', {
      handlerFile: 'conversations',
      description: 'The endpoints for conversations',
      timeout: Duration.seconds(29),
      files: chineseFiles,
    });
    tables.core.allow(endpoints, 'GetItem', 'BatchGetItem', 'Query', 'UpdateItem');
    tables.core.allowIndex(endpoints, MEMBERSHIP_INDEX);
    tables.accounts.allow(endpoints, 'BatchGetItem');
    tables.connections.allow(endpoints, 'BatchGetItem');
    tables.messages.allow(endpoints, 'Query', 'BatchGetItem', 'PutItem', 'UpdateItem');
    tables.messages.allowIndex(endpoints, CONTACT_INDEX);
    tables.admin.allow(endpoints, 'PutItem');
    realtime.deliver.allowInvocation(endpoints, ENV.deliverUrl);
    realtime.push.allowInvocation(endpoints, ENV.pushUrl);
    const integration = new HttpLambdaIntegration('Integration', endpoints);
    for (const path of PATHS) {
      api.addRoutes({ path, methods: [HttpMethod.ANY], integration });
    }
  }
}
