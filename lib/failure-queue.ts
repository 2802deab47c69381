import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { DestinationConfig, IDestination, IFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { ENV } from '../functions/shared/constants.ts';
import type { MacawFunction } from './macaw-function.ts';
import { suppress } from './suppress.ts';

/** The queue of asynchronous invocations that failed permanently. */
export class FailureQueue extends Queue implements IDestination {
  constructor(scope: Construct, id: string) {
    super(scope, id, { enforceSSL: true, retentionPeriod: Duration.days(14) });
    suppress(this, 'SQS3', 'This queue is a dead-letter queue.');
  }

  /** Grants a function `sqs:SendMessage`. The CDK's SqsDestination also grants reading queue attributes. */
  bind(_scope: Construct, fn: IFunction): DestinationConfig {
    fn.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.queueArn] }));
    return { destination: this.queueArn };
  }

  /** Lets a function read the failures and leave them in the queue. */
  allowReading(reader: MacawFunction): void {
    reader.addEnvironment(ENV.failureQueue, this.queueUrl);
    reader.addToRolePolicy(
      new PolicyStatement({
        actions: ['sqs:ReceiveMessage', 'sqs:ChangeMessageVisibility'],
        resources: [this.queueArn],
      }),
    );
  }
}
