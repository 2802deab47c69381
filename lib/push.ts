import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IDestination } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Tables } from './data-stack.ts';
import { MacawFunction } from './macaw-function.ts';
import type { PlatformApplications } from './platform-applications.ts';

export interface PushProps {
  readonly tables: Tables;
  readonly platforms: PlatformApplications;
  /** Where pushes go that failed for good. */
  readonly failures: IDestination;
}

/** Pushes to those who are offline, and the watch over the certificates that they need. */
export class Push extends Construct {
  /** Invoked asynchronously with a message that did not reach its receivers. */
  readonly fn: MacawFunction;

  constructor(scope: Construct, id: string, { tables, platforms, failures }: PushProps) {
    super(scope, id);
    this.fn = new MacawFunction(this, 'Function', {
      handlerFile: 'push',
      description: 'Pushes a message to those whom it did not reach',
      timeout: Duration.minutes(2),
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      onFailure: failures,
    });
    tables.core.allow(this.fn, 'GetItem', 'BatchGetItem', 'UpdateItem');
    platforms.allow(this.fn, 'Publish');
    this.fn.allowItself();

    const expiry = new MacawFunction(this, 'Expiry', {
      handlerFile: 'push-certificates',
      description: 'Tells how many days push certificates are still valid',
      timeout: Duration.minutes(1),
      onFailure: failures,
    });
    platforms.allowList(expiry);
    new Rule(this, 'ExpirySchedule', {
      schedule: Schedule.rate(Duration.days(1)),
      targets: [new LambdaFunction(expiry, { retryAttempts: 2 })],
    });
  }
}
