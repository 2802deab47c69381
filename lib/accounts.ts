import { Aws, Duration } from 'aws-cdk-lib';
import { type HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { DIRECTORY_INDEX, ENV } from '../functions/shared/constants.ts';
import type { Tables } from './data-stack.ts';
import { MacawFunction } from './macaw-function.ts';
import type { RealtimeStack } from './realtime-stack.ts';

export interface AccountsProps {
  readonly tables: Tables;
  readonly api: HttpApi;
  readonly realtime: RealtimeStack;
  /** The codes that all applications send by SMS per day. */
  readonly smsPerDay: number;
}

/** The account endpoints under `/2.0`. */
export class Accounts extends Construct {
  constructor(scope: Construct, id: string, { tables, api, realtime, smsPerDay }: AccountsProps) {
    super(scope, id);
    const accounts = new MacawFunction(this, 'Accounts', {
      handlerFile: 'accounts',
      description: 'The account endpoints',
      timeout: Duration.seconds(29),
      // Hashing a password is CPU-bound, and Lambda allots CPU by memory. 1769 MB is one vCPU.
      memorySize: 1769,
    });
    accounts.addEnvironment(ENV.smsPerDay, String(smsPerDay));
    tables.accounts.allow(accounts, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    tables.accounts.allowIndex(accounts, DIRECTORY_INDEX);
    tables.core.allow(accounts, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem');
    tables.attributes.allow(accounts, 'PutItem', 'DeleteItem');
    tables.connections.allow(accounts, 'BatchGetItem', 'UpdateItem');
    tables.admin.allow(accounts, 'PutItem');
    realtime.allowPosts(accounts, 'DELETE');
    accounts.addToRolePolicy(
      // The resource of an SMS is a phone number, not an ARN. The exclusion denies topics and device endpoints.
      new PolicyStatement({ actions: ['sns:Publish'], notResources: [`arn:${Aws.PARTITION}:sns:*:*:*`] }),
    );
    api.addRoutes({
      path: '/2.0/{proxy+}',
      methods: [HttpMethod.ANY],
      integration: new HttpLambdaIntegration('AccountsIntegration', accounts),
    });
  }
}
