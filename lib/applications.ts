import { ArnFormat, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { DIRECTORY_INDEX, ENV, secretPrefix } from '../functions/shared/constants.ts';
import type { ChatTable } from './chat-table.ts';
import type { FailureQueue } from './failure-queue.ts';
import { MacawFunction } from './macaw-function.ts';
import { suppressWildcards } from './suppress.ts';

export interface ApplicationsProps {
  readonly stage: string;
  readonly core: ChatTable;
  /** Receives asynchronous invocations that failed permanently. */
  readonly failures: FailureQueue;
  /** The first application's id. */
  readonly id: string;
  /** The first application's mode. */
  readonly mode: string;
}

type SecretAction = 'CreateSecret' | 'GetSecretValue' | 'PutSecretValue';

/** The function that manages applications for the operator, and the first application. */
export class Applications extends Construct {
  readonly operator: MacawFunction;

  constructor(scope: Construct, id: string, { stage, core, failures, ...first }: ApplicationsProps) {
    super(scope, id);
    this.operator = new MacawFunction(this, 'Operator', {
      handlerFile: 'operator',
      description: "Manages applications; invoked with the operator's credentials",
      timeout: Duration.seconds(29),
    });
    core.allow(this.operator, 'GetItem', 'PutItem', 'UpdateItem');
    core.allowIndex(this.operator, DIRECTORY_INDEX);
    this.allowSecrets(this.operator, stage, 'CreateSecret', 'GetSecretValue', 'PutSecretValue');

    const seed = new MacawFunction(this, 'Seed', {
      handlerFile: 'first-app',
      description: 'Creates the first application',
      // CloudFormation invokes it asynchronously.
      onFailure: failures,
    });
    core.allow(seed, 'GetItem', 'PutItem');
    this.allowSecrets(seed, stage, 'CreateSecret', 'GetSecretValue');
    new CustomResource(this, 'FirstApp', {
      resourceType: 'Custom::FirstApp',
      serviceToken: seed.functionArn,
      // Enough for Lambda's two retries. By default, CloudFormation would wait an hour for an answer that never comes.
      serviceTimeout: Duration.minutes(5),
      properties: { AppId: first.id, Mode: first.mode },
    });
  }

  /** Grants a function these actions on the secrets of this stage's applications, and sets their name prefix. */
  private allowSecrets(fn: MacawFunction, stage: string, ...actions: SecretAction[]): void {
    const prefix = secretPrefix(stage);
    fn.addEnvironment(ENV.secretPrefix, prefix);
    const resources = [
      Stack.of(this).formatArn({
        service: 'secretsmanager',
        resource: 'secret',
        resourceName: `${prefix}*`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    ];
    fn.addToRolePolicy(
      new PolicyStatement({ actions: actions.map((action) => `secretsmanager:${action}`), resources }),
    );
    suppressWildcards(
      fn.role,
      resources,
      'Each application has a secret, created at run time. The prefix of the name restricts access to this stage.',
    );
  }
}
