import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IDestination } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { CONTACT_INDEX, MEMBERSHIP_INDEX } from '../functions/shared/constants.ts';
import type { Tables } from './data-stack.ts';
import { MacawFunction } from './macaw-function.ts';
import type { PlatformApplications } from './platform-applications.ts';

export interface PushProps {
  readonly tables: Tables;
  readonly platforms: PlatformApplications;
  /** Receives pushes that failed permanently. */
  readonly failures: IDestination;
}

/** Push notifications to offline users, and the daily check of certificate expiry. */
export class Push extends Construct {
  /** Invoked asynchronously with a message for offline receivers. */
  readonly fn: MacawFunction;

  constructor(scope: Construct, id: string, { tables, platforms, failures }: PushProps) {
    super(scope, id);
    this.fn = new MacawFunction(this, 'Function', {
      handlerFile: 'push',
      description: 'Sends push notifications to offline receivers',
      timeout: Duration.minutes(2),
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      onFailure: failures,
    });
    tables.core.allow(this.fn, 'GetItem', 'BatchGetItem', 'Query', 'UpdateItem');
    tables.core.allowIndex(this.fn, MEMBERSHIP_INDEX);
    tables.messages.allow(this.fn, 'BatchGetItem', 'Query', 'UpdateItem');
    tables.messages.allowIndex(this.fn, CONTACT_INDEX);
    tables.connections.allow(this.fn, 'BatchGetItem');
    platforms.allow(this.fn, 'Publish');
    this.fn.allowItself();

    const expiry = new MacawFunction(this, 'Expiry', {
      handlerFile: 'push-certificates',
      description: 'Measures the days until push certificates expire',
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
