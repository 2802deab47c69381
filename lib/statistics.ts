import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IDestination } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { DIRECTORY_INDEX, ENV } from '../functions/shared/constants.ts';
import type { Tables } from './data-stack.ts';
import { MacawFunction } from './macaw-function.ts';
import { suppressWildcards } from './suppress.ts';

export interface StatisticsProps {
  readonly tables: Tables;
  /** Receives counts that failed permanently. */
  readonly failures: IDestination;
  /** All functions of the stage. */
  readonly functions: readonly MacawFunction[];
}

/** The handlers whose logs contain what the statistics count. */
const COUNTED: ReadonlySet<string> = new Set(['message', 'deliver', 'push', 'attachments']);

/** Counts the use of each application from the logs of functions, once an hour. */
export class Statistics extends Construct {
  readonly counter: MacawFunction;

  constructor(scope: Construct, id: string, { tables, failures, functions }: StatisticsProps) {
    super(scope, id);
    this.counter = new MacawFunction(this, 'Counter', {
      handlerFile: 'statistics',
      description: 'Counts the use of each application',
      timeout: Duration.minutes(2),
      memorySize: 256,
      retryAttempts: 1,
      onFailure: failures,
    });
    tables.core.allowIndex(this.counter, DIRECTORY_INDEX);
    tables.admin.allow(this.counter, 'GetItem', 'PutItem');
    const groups = functions.filter(({ handlerFile }) => COUNTED.has(handlerFile)).map(({ logGroup }) => logGroup);
    this.counter.addEnvironment(ENV.logGroups, groups.map(({ logGroupName }) => logGroupName).join(','));
    this.counter.addToRolePolicy(
      new PolicyStatement({
        actions: ['logs:StartQuery'],
        resources: groups.map(({ logGroupArn }) => logGroupArn),
      }),
    );
    this.counter.addToRolePolicy(new PolicyStatement({ actions: ['logs:GetQueryResults'], resources: ['*'] }));
    suppressWildcards(
      this.counter.role,
      ['*'],
      'GetQueryResults does not support resource-level permissions. Query ids are random.',
    );
    new Rule(this, 'Schedule', {
      schedule: Schedule.rate(Duration.hours(1)),
      targets: [new LambdaFunction(this.counter, { retryAttempts: 0 })],
    });
  }
}
