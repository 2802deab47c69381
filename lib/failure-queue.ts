import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { DestinationConfig, IDestination, IFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { suppress } from './suppress.ts';

/** Where asynchronous invocations go that failed for good. */
export class FailureQueue extends Queue implements IDestination {
  constructor(scope: Construct, id: string) {
    super(scope, id, { enforceSSL: true, retentionPeriod: Duration.days(14) });
    suppress(this, 'SQS3', 'It is a dead-letter queue itself.');
  }

  /** Lets a function's failures be sent here. The CDK's own destination lets it look at the queue as well. */
  bind(_scope: Construct, fn: IFunction): DestinationConfig {
    fn.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.queueArn] }));
    return { destination: this.queueArn };
  }
}
