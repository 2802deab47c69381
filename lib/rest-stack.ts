import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { CorsHttpMethod, HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Construct } from 'constructs';
import type { Tables } from './data-stack.ts';
import { MacawFunction } from './macaw-function.ts';

export interface RestStackProps extends StackProps {
  readonly tables: Tables;
}

/** The REST surface: an HTTP API whose every route is one function with a router. */
export class RestStack extends Stack {
  constructor(scope: Construct, id: string, props: RestStackProps) {
    super(scope, id, props);
    const { core, messages, connections } = props.tables;

    const rest = new MacawFunction(this, 'Rest', {
      folder: 'rest',
      description: 'The REST endpoints',
      timeout: Duration.seconds(29),
    });
    core.allow(rest, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    messages.allow(rest, 'Query');
    connections.allow(rest, 'BatchGetItem');

    const api = new HttpApi(this, 'Api', {
      description: 'The REST endpoints',
      defaultIntegration: new HttpLambdaIntegration('RestIntegration', rest),
      corsPreflight: {
        allowOrigins: ['*'],
        allowMethods: [CorsHttpMethod.ANY],
        allowHeaders: ['*'],
        maxAge: Duration.days(1),
      },
    });
    new CfnOutput(this, 'RestUrl', { value: api.apiEndpoint });
  }
}
