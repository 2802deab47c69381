import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { Answer, type Command } from '../../functions/operator/commands.ts';
import { secretPrefix } from '../../functions/shared/constants.ts';

/** Identifies a deployment. */
export interface Place {
  readonly stage: string;
  /** @default AWS_REGION, or the region of the profile, as in all AWS tools */
  readonly region: string | undefined;
  /** The URL of a local cloud that replaces AWS. */
  readonly local: string | undefined;
}

const Keys = z.object({ clientKey: z.string(), masterKey: z.string() });
const FunctionError = z.object({ errorType: z.string(), errorMessage: z.string() });

/** A deployed stage or a local cloud, accessed with the operator's credentials. */
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
    // No retries: after a lost response, the command may already have run.
    this.lambda = new LambdaClient({ ...options, maxAttempts: 1 });
  }

  /** An output of one of the stage's stacks. */
  async output(stack: 'Data' | 'Edge', key: string): Promise<string> {
    const StackName = `Macaw-${this.#stage}-${stack}`;
    const { Stacks: [found] = [] } = await this.#cloudFormation.send(new DescribeStacksCommand({ StackName }));
    const value = found?.Outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
    if (value === undefined) throw new Error(`The stack ${StackName} has no output ${key}: deploy the current version`);
    return value;
  }

  /**
   * Sends a command to the operator function.
   * @param result the schema of its result
   * @throws the error message of the function when it rejects the command
   */
  async ask<S extends z.core.$ZodType>(command: z.input<typeof Command>, result: S): Promise<z.output<S>> {
    const FunctionName = await this.output('Data', 'OperatorFunction');
    const { Payload, FunctionError: failed } = await this.lambda.send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify(command) }),
    );
    const answered: unknown = JSON.parse(Payload?.transformToString() ?? 'null');
    if (failed !== undefined) {
      const { errorType, errorMessage } = FunctionError.parse(answered);
      throw new Error(
        `The function ${FunctionName} failed: ${errorType}: ${errorMessage}\nSee its log group for details`,
      );
    }
    const answer = z.parse(Answer, answered);
    if ('refused' in answer) throw new Error(answer.refused);
    return z.parse(result, answer.result);
  }

  /** The name of the secret that contains the keys of an application. */
  secretOf(app: string): string {
    return `${secretPrefix(this.#stage)}${app}`;
  }

  async keys(app: string): Promise<z.output<typeof Keys>> {
    const SecretId = this.secretOf(app);
    const { SecretString = '' } = await this.#secrets.send(new GetSecretValueCommand({ SecretId })).catch((error) => {
      if (error.name !== 'ResourceNotFoundException') throw error;
      throw new Error(`There is no secret ${SecretId}; "npm run macaw -- apps list" lists the applications`);
    });
    return Keys.parse(JSON.parse(SecretString));
  }
}
