import { Duration } from 'aws-cdk-lib';
import { type HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import { ENV } from '../functions/shared/constants.ts';
import type { Tables } from './data-stack.ts';
import { MacawFunction } from './macaw-function.ts';
import { warnWithoutMobilePush } from './mobile-push-regions.ts';
import type { PlatformApplications } from './platform-applications.ts';

export interface MobileEndpointsProps {
  readonly tables: Tables;
  readonly platforms: PlatformApplications;
  readonly api: HttpApi;
}

/** The endpoints for push configuration: installations and push credentials. */
export class MobileEndpoints extends Construct {
  constructor(scope: Construct, id: string, { tables, platforms, api }: MobileEndpointsProps) {
    super(scope, id);
    warnWithoutMobilePush(this);
    const endpoints = new MacawFunction(this, 'Function', {
      handlerFile: 'installations',
      description: 'The endpoints for installations and push credentials',
      timeout: Duration.seconds(29),
    });
    tables.core.allow(endpoints, 'GetItem', 'BatchGetItem', 'UpdateItem');
    tables.accounts.allow(endpoints, 'BatchGetItem');
    tables.admin.allow(endpoints, 'PutItem');
    platforms.allowCreate(endpoints);
    platforms.allow(
      endpoints,
      'SetPlatformApplicationAttributes',
      'CreatePlatformEndpoint',
      'GetEndpointAttributes',
      'SetEndpointAttributes',
      'DeleteEndpoint',
      'Publish',
    );

    const credentials = new MacawFunction(this, 'Credentials', {
      handlerFile: 'push-credentials',
      description: 'Parses uploaded push credentials, without access to any resource',
      timeout: Duration.seconds(20),
    });
    credentials.allowInvocation(endpoints, ENV.pushCredentialsUrl);

    const integration = new HttpLambdaIntegration('Integration', endpoints);
    for (const path of ['/2.0/installations', '/2.0/installations/{proxy+}', '/2.0/push/{proxy+}']) {
      api.addRoutes({ path, methods: [HttpMethod.ANY], integration });
    }
  }
}
