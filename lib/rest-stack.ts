import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { CorsHttpMethod, HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Construct } from 'constructs';
import { CONTACT_INDEX, DIRECTORY_INDEX, ENV, MEMBERSHIP_INDEX, NEXT_SKIP } from '../functions/shared/constants.ts';
import { Accounts } from './accounts.ts';
import { Conversations } from './conversations.ts';
import type { Tables } from './data-stack.ts';
import { createHttpStage } from './http-stage.ts';
import { MacawFunction } from './macaw-function.ts';
import { MobileEndpoints } from './mobile-endpoints.ts';
import { type Page, Pages } from './pages.ts';
import type { PlatformApplications } from './platform-applications.ts';
import type { RealtimeStack } from './realtime-stack.ts';
import { Relations } from './relations.ts';
import { suppress } from './suppress.ts';

export interface RestStackProps extends StackProps {
  readonly tables: Tables;
  readonly realtime: RealtimeStack;
  readonly platforms: PlatformApplications;
  /** The codes that all applications send by SMS per day. */
  readonly smsPerDay: number;
  /** The web pages, such as the REST documentation. */
  readonly pages: readonly Page[];
  readonly stage: string;
  /** The application of the chat page. Undefined when the stage has none. */
  readonly demoApp: string | undefined;
}

/** The HTTP API: the REST functions behind it, and the web pages. */
export class RestStack extends Stack {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, props: RestStackProps) {
    super(scope, id, props);
    const { core, messages, connections, attributes, accounts, admin } = props.tables;

    const rest = new MacawFunction(this, 'Rest', {
      handlerFile: 'rest',
      description: 'The REST endpoints',
      timeout: Duration.seconds(29),
    });
    core.allow(rest, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    core.allowIndex(rest, DIRECTORY_INDEX);
    core.allowIndex(rest, MEMBERSHIP_INDEX);
    messages.allow(rest, 'Query', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem');
    messages.allowIndex(rest, CONTACT_INDEX);
    connections.allow(rest, 'BatchGetItem', 'UpdateItem');
    attributes.allow(rest, 'Query', 'PutItem', 'DeleteItem');
    accounts.allow(rest, 'BatchGetItem');
    admin.allow(rest, 'PutItem');
    props.realtime.deliver.allowInvocation(rest, ENV.deliverUrl);

    this.api = new HttpApi(this, 'Api', {
      description: 'The REST endpoints',
      defaultIntegration: new HttpLambdaIntegration('RestIntegration', rest),
      corsPreflight: {
        allowOrigins: ['*'],
        allowMethods: [CorsHttpMethod.ANY],
        allowHeaders: ['*'],
        exposeHeaders: [NEXT_SKIP],
        maxAge: Duration.days(1),
      },
      createDefaultStage: false,
    });
    suppress(this.api, 'APIG4', 'The functions authenticate each request with application keys and session tokens.');
    createHttpStage(this, this, this.api);
    new Accounts(this, 'Accounts', { ...props, api: this.api });
    new Conversations(this, 'Conversations', { ...props, api: this.api });

    const { stage, pages, demoApp } = props;
    const demo = demoApp === undefined ? undefined : { app: demoApp, core };
    new Pages(this, 'Pages', { stage, api: this.api, pages, demo });
    new Relations(this, 'Relations', { ...props, api: this.api });
    new MobileEndpoints(this, 'Mobile', { ...props, api: this.api });
    new CfnOutput(this, 'RestUrl', {
      value: this.api.apiEndpoint,
      description: 'The HTTP API. Its documentation is at /docs',
    });
  }
}
