import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import type { Tables } from './data-stack.ts';
import { createHttpStage } from './http-stage.ts';
import { MacawFunction } from './macaw-function.ts';
import { suppress } from './suppress.ts';

/**
 * The long-polling transport: an HTTP API, and its function for all paths.
 *
 * It is not the HTTP API of the REST endpoints, because CORS is configured per API. Old Socket.IO clients send
 * credentials in browsers, which excludes `*` as the allowed origin. So this API has no CORS configuration, and the
 * function names the origin of each request.
 */
export class Polling extends Construct {
  readonly api: HttpApi;
  readonly fn: MacawFunction;

  constructor(scope: Construct, id: string, { core, connections }: Pick<Tables, 'core' | 'connections'>) {
    super(scope, id);
    this.fn = new MacawFunction(this, 'Function', {
      handlerFile: 'polling',
      description: 'Serves long-polling: the start of a connection, and clients that cannot upgrade',
      // Most of its time, it waits.
      memorySize: 256,
      timeout: Duration.seconds(29),
    });
    core.allow(this.fn, 'GetItem');
    connections.allow(this.fn, 'GetItem', 'UpdateItem');

    this.api = new HttpApi(this, 'Api', {
      description: "The realtime channel: Socket.IO's polling transport",
      defaultIntegration: new HttpLambdaIntegration('Integration', this.fn),
      createDefaultStage: false,
    });
    suppress(this.api, 'APIG4', 'The credentials are checked at the login, which follows the handshake.');
    createHttpStage(Stack.of(this), this, this.api);
    new CfnOutput(Stack.of(this), 'PollingUrl', {
      value: this.api.apiEndpoint,
      description: 'The HTTP API of the long-polling transport',
    });
  }
}
