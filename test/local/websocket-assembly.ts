import { CfnOutput, Duration, type Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { fixtureFunction, synthesize } from './fixture.ts';

/** A WebSocket API with an authorizer and a function that may post to it (and one that may not). */
export function webSocketAssembly(
  extend: (stack: Stack, connect: lambda.Function) => void = () => {},
  routeSelectionExpression = '$request.body.action',
): string {
  return synthesize((stack) => {
    const connect = fixtureFunction(stack, 'Connect', 'connect');
    const frame = fixtureFunction(stack, 'Frame', 'frame', { timeout: Duration.seconds(10) });
    const gone = fixtureFunction(stack, 'Gone', 'gone');
    const probe = fixtureFunction(stack, 'Probe', 'probe');
    const bare = fixtureFunction(stack, 'Bare', 'probe');
    const authorizer = fixtureFunction(stack, 'Authorizer', 'authorizer');
    const api = new apigateway.WebSocketApi(stack, 'Api', {
      routeSelectionExpression,
      connectRouteOptions: {
        integration: new WebSocketLambdaIntegration('ConnectIntegration', connect),
        authorizer: new WebSocketLambdaAuthorizer('UserAuthorizer', authorizer, {
          identitySource: ['route.request.querystring.user'],
        }),
      },
      defaultRouteOptions: { integration: new WebSocketLambdaIntegration('FrameIntegration', frame) },
      disconnectRouteOptions: { integration: new WebSocketLambdaIntegration('GoneIntegration', gone) },
    });
    const stage = new apigateway.WebSocketStage(stack, 'Stage', {
      webSocketApi: api,
      stageName: 'live',
      autoDeploy: true,
    });
    for (const fn of [connect, frame, probe]) stage.grantManagementApiAccess(fn);
    for (const fn of [connect, frame, probe, bare]) fn.addEnvironment('CALLBACK_URL', stage.callbackUrl);
    new CfnOutput(stack, 'SocketUrl', { value: stage.url });
    extend(stack, connect);
  });
}
