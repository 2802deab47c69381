import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { EXPIRES, PARTITION_KEY, SORT_KEY } from '../functions/shared/constants.ts';
import { suppress } from './suppress.ts';

export interface ChatTableProps {
  /** The environment variable that holds the table name. */
  readonly variable: string;
  /** @default true */
  readonly sorted?: boolean;
  /** Whether items have a time to live. @default false */
  readonly expiring?: boolean;
  /** Whether changes can be read from a stream. A stream that nobody reads costs nothing. @default false */
  readonly streamed?: boolean;
  /** Whether to enable deletion protection and point-in-time recovery, and to retain the table. */
  readonly precious: boolean;
  /** More environment variables for the functions that use the table. @default none */
  readonly environment?: Readonly<Record<string, string>>;
}

type Action = 'GetItem' | 'BatchGetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem';

/** An on-demand table, encrypted with a key that DynamoDB owns. */
export class ChatTable extends Table {
  private readonly environment: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: ChatTableProps) {
    super(scope, id, {
      partitionKey: { name: PARTITION_KEY, type: AttributeType.STRING },
      ...(props.sorted !== false && { sortKey: { name: SORT_KEY, type: AttributeType.STRING } }),
      ...(props.expiring && { timeToLiveAttribute: EXPIRES }),
      ...(props.streamed && { stream: StreamViewType.NEW_AND_OLD_IMAGES }),
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: props.precious },
      deletionProtection: props.precious,
      removalPolicy: props.precious ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    if (!props.precious) suppress(this, 'DDB3', 'The data is rebuilt at run time, so backups are not needed.');
    this.environment = { ...props.environment, [props.variable]: this.tableName };
  }

  /** Grants a function these actions on the table but not on its indexes, and sets the table name. */
  allow(fn: LambdaFunction, ...actions: Action[]): void {
    this.setEnvironment(fn);
    this.permit(fn, actions, this.tableArn);
  }

  /** Grants a function queries of one index. */
  allowIndex(fn: LambdaFunction, { name }: { readonly name: string }): void {
    this.setEnvironment(fn);
    this.permit(fn, ['Query'], `${this.tableArn}/index/${name}`);
  }

  private setEnvironment(fn: LambdaFunction): void {
    for (const [name, value] of Object.entries(this.environment)) fn.addEnvironment(name, value);
  }

  /** The grants of the CDK include all indexes. This statement names one resource. */
  private permit(fn: LambdaFunction, actions: readonly Action[], resource: string): void {
    fn.addToRolePolicy(
      new PolicyStatement({ actions: actions.map((action) => `dynamodb:${action}`), resources: [resource] }),
    );
  }
}
