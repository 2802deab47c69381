import { Duration } from 'aws-cdk-lib';
import { type HttpApi, HttpMethod, HttpRoute, HttpRouteKey } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IDestination } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { DIRECTORY_INDEX, ENV, MEMBERSHIP_INDEX } from '../functions/shared/constants.ts';
import type { Tables } from './data-stack.ts';
import { MacawFunction } from './macaw-function.ts';
import type { RealtimeStack } from './realtime-stack.ts';
import { suppress } from './suppress.ts';

export interface ModerationProps {
  readonly tables: Tables;
  readonly realtime: RealtimeStack;
  readonly rest: HttpApi;
  /** Receives deletions of users that failed permanently. */
  readonly failures: IDestination;
}

const { ANY, DELETE } = HttpMethod;

const ROUTES = [
  // Other methods of this path belong to the REST function.
  ['/ctx/{id}', DELETE],
  ['/ctx/{id}/deletion', ANY],
  ['/ctx/{id}/sessions', ANY],
  ['/ctx/{id}/sessions/{connection}', ANY],
  ['/ctx/{id}/ban', ANY],
  ['/groups/{id}/admins', ANY],
  ['/groups/{id}/admins/{uid}', ANY],
  ['/groups/{id}/mutes', ANY],
  ['/groups/{id}/mutes/{uid}', ANY],
  ['/rooms/{id}/mutes', ANY],
  ['/rooms/{id}/mutes/{uid}', ANY],
  ['/words', ANY],
  ['/flagged', ANY],
  ['/flagged/{messageId}', ANY],
] as const;

/** The endpoints for moderation, and the function that deletes users. */
export class Moderation extends Construct {
  constructor(scope: Construct, id: string, props: ModerationProps) {
    super(scope, id);
    const { tables, realtime, rest } = props;
    const deletion = this.createDeletion(props);
    const endpoints = new MacawFunction(this, 'Endpoints', {
      handlerFile: 'moderation',
      description: 'The endpoints for moderation',
      timeout: Duration.seconds(29),
    });
    tables.core.allow(endpoints, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem');
    tables.connections.allow(endpoints, 'BatchGetItem', 'UpdateItem');
    tables.accounts.allow(endpoints, 'BatchGetItem', 'Query', 'UpdateItem', 'DeleteItem');
    tables.admin.allow(endpoints, 'GetItem', 'Query', 'PutItem', 'DeleteItem');
    realtime.allowPosts(endpoints, 'POST', 'DELETE');
    realtime.deliver.allowInvocation(endpoints, ENV.deliverUrl);
    deletion.allowInvocation(endpoints, ENV.userDeletionUrl);
    const integration = new HttpLambdaIntegration('Integration', endpoints);
    for (const [path, method] of ROUTES) {
      const route = new HttpRoute(this, `Route${path.replaceAll(/\W/g, '')}`, {
        httpApi: rest,
        routeKey: HttpRouteKey.with(path, method),
        integration,
      });
      suppress(route, 'APIG4', 'The function authenticates each request, as for all endpoints.');
    }
  }

  private createDeletion({ tables, realtime, failures }: ModerationProps): MacawFunction {
    const deletion = new MacawFunction(this, 'UserDeletion', {
      handlerFile: 'user-deletion',
      description: 'Deletes users with all data',
      timeout: Duration.minutes(15),
      // A deletion that takes longer continues in the next attempt.
      retryAttempts: 2,
      onFailure: failures,
    });
    tables.core.allow(deletion, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    tables.core.allowIndex(deletion, DIRECTORY_INDEX);
    tables.core.allowIndex(deletion, MEMBERSHIP_INDEX);
    tables.messages.allow(deletion, 'BatchGetItem', 'Query', 'UpdateItem', 'DeleteItem');
    tables.attributes.allow(deletion, 'DeleteItem');
    tables.connections.allow(deletion, 'BatchGetItem', 'UpdateItem');
    tables.accounts.allow(deletion, 'GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    tables.admin.allow(deletion, 'GetItem', 'Query', 'PutItem', 'DeleteItem');
    realtime.allowPosts(deletion, 'POST', 'DELETE');
    realtime.deliver.allowInvocation(deletion, ENV.deliverUrl);
    return deletion;
  }
}
