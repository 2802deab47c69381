import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { EXPIRES, PARTITION_KEY, SORT_KEY } from '../functions/shared/constants.ts';
import { suppress } from './suppress.ts';

export interface ChatTableProps {
  /** The environment variable by which functions know the table. */
  readonly variable: string;
  /** @default true */
  readonly sorted?: boolean;
  /** Whether items carry the time they expire. @default false */
  readonly expiring?: boolean;
  /** Whether it must survive both mistakes and the removal of the stack. */
  readonly precious: boolean;
  /** What functions that use the table are told beside its name. @default nothing */
  readonly environment?: Readonly<Record<string, string>>;
}

type Action = 'GetItem' | 'BatchGetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem';

/** A table paid by request, encrypted by a key that DynamoDB owns. */
export class ChatTable extends Table {
  private readonly environment: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: ChatTableProps) {
    super(scope, id, {
      partitionKey: { name: PARTITION_KEY, type: AttributeType.STRING },
      ...(props.sorted !== false && { sortKey: { name: SORT_KEY, type: AttributeType.STRING } }),
      ...(props.expiring && { timeToLiveAttribute: EXPIRES }),
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: props.precious },
      deletionProtection: props.precious,
      removalPolicy: props.precious ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    if (!props.precious)
      suppress(this, 'DDB3', 'What is in it is made anew, or may be lost: nobody would go back to it.');
    this.environment = { ...props.environment, [props.variable]: this.tableName };
  }

  /** Lets a function do just that with the table, though not with its indexes, and tells it the table's name. */
  allow(fn: LambdaFunction, ...actions: Action[]): void {
    this.tell(fn);
    this.permit(fn, actions, this.tableArn);
  }

  /** Lets a function query one of the table's indexes. */
  allowIndex(fn: LambdaFunction, { name }: { readonly name: string }): void {
    this.tell(fn);
    this.permit(fn, ['Query'], `${this.tableArn}/index/${name}`);
  }

  private tell(fn: LambdaFunction): void {
    for (const [name, value] of Object.entries(this.environment)) fn.addEnvironment(name, value);
  }

  /** Said in so many words: the grants of the CDK reach all indexes, too. */
  private permit(fn: LambdaFunction, actions: readonly Action[], resource: string): void {
    fn.addToRolePolicy(
      new PolicyStatement({ actions: actions.map((action) => `dynamodb:${action}`), resources: [resource] }),
    );
  }
}
