import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { Answer, type Command } from '../../functions/operator/commands.ts';
import { secretPrefix } from '../../functions/shared/constants.ts';

/** Which deployment is meant. */
export interface Place {
  readonly stage: string;
  /** @default as for every AWS tool: AWS_REGION, or the profile's */
  readonly region: string | undefined;
  /** The URL of a local cloud, which stands in for AWS. */
  readonly local: string | undefined;
}

const Keys = z.object({ clientKey: z.string(), masterKey: z.string() });
const FunctionError = z.object({ errorType: z.string(), errorMessage: z.string() });

/** A deployed stage, or a local cloud, with the operator's own credentials. */
export class Deployment {
  readonly sqs: SQSClient;
  readonly lambda: LambdaClient;
  readonly #stage: string;
  readonly #cloudFormation: CloudFormationClient;
  readonly #secrets: SecretsManagerClient;

  constructor({ stage, region, local }: Place) {
    const options = local
      ? {
          endpoint: new URL('/_aws', local).href,
          region: 'us-east-1',
          credentials: { accessKeyId: 'operator', secretAccessKey: 'none' },
        }
      : { ...(region && { region }) };
    this.#stage = stage;
    this.#cloudFormation = new CloudFormationClient(options);
    this.#secrets = new SecretsManagerClient(options);
    this.sqs = new SQSClient(options);
    // Once: a command that was followed without our hearing of it must not be followed again.
    this.lambda = new LambdaClient({ ...options, maxAttempts: 1 });
  }

  /** An output of one of the stage's stacks. */
  async output(stack: 'Data' | 'Edge', key: string): Promise<string> {
    const StackName = `Macaw-${this.#stage}-${stack}`;
    const { Stacks: [found] = [] } = await this.#cloudFormation.send(new DescribeStacksCommand({ StackName }));
    const value = found?.Outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
    if (value === undefined) throw new Error(`The stack ${StackName} has no output ${key}: deploy this version of it`);
    return value;
  }

  /**
   * Has the operator function do something.
   * @param result what it answers
   * @throws with its own words when it refuses
   */
  async ask<S extends z.core.$ZodType>(command: z.input<typeof Command>, result: S): Promise<z.output<S>> {
    const FunctionName = await this.output('Data', 'OperatorFunction');
    const { Payload, FunctionError: failed } = await this.lambda.send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify(command) }),
    );
    const answered: unknown = JSON.parse(Payload?.transformToString() ?? 'null');
    if (failed !== undefined) {
      const { errorType, errorMessage } = FunctionError.parse(answered);
      throw new Error(`The function ${FunctionName} failed: ${errorType}: ${errorMessage}\nIts log group tells more`);
    }
    const answer = z.parse(Answer, answered);
    if ('refused' in answer) throw new Error(answer.refused);
    return z.parse(result, answer.result);
  }

  /** The name of the secret that holds an application's keys. */
  secretOf(app: string): string {
    return `${secretPrefix(this.#stage)}${app}`;
  }

  /** The keys of an application. */
  async keys(app: string): Promise<z.output<typeof Keys>> {
    const SecretId = this.secretOf(app);
    const { SecretString = '' } = await this.#secrets.send(new GetSecretValueCommand({ SecretId })).catch((error) => {
      if (error.name !== 'ResourceNotFoundException') throw error;
      throw new Error(
        `There is no secret ${SecretId}; "npm run macaw -- apps list" tells which applications there are`,
      );
    });
    return Keys.parse(JSON.parse(SecretString));
  }
}
