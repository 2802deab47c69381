import { CfnOutput, CfnParameter, Stack, type StackProps } from 'aws-cdk-lib';
import { AttributeType, ProjectionType } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import {
  APP_ID,
  CONTACT_INDEX,
  DIRECTORY_INDEX,
  ENV,
  EVERYBODY_INDEX,
  HEARTBEAT_INDEX,
  MEMBERSHIP_INDEX,
  PARTITION_KEY,
  type RETENTION_DAYS,
  secretPrefix,
} from '../functions/shared/constants.ts';
import { Applications } from './applications.ts';
import { ChatTable } from './chat-table.ts';
import { FailureQueue } from './failure-queue.ts';

export interface Tables {
  /** Applications, users, friendships: what must not be lost. */
  readonly core: ChatTable;
  /** Histories; each message expires with its conversation's retention. */
  readonly messages: ChatTable;
  /** Who is connected. Rebuilt by reconnecting clients, so neither backed up nor kept. */
  readonly connections: ChatTable;
  /** The values of attributes, each with whom it belongs to. Follows from the core table, but is costly to make anew. */
  readonly attributes: ChatTable;
  /** Accounts and who they are to others, their sessions, codes and counters; all but accounts expires. */
  readonly accounts: ChatTable;
}

export interface DataStackProps extends StackProps {
  readonly stage: string;
  /** Whether tables outlive their stack, cannot be deleted by mistake, and can be restored. */
  readonly keepData: boolean;
  readonly retentionDays: Readonly<Record<keyof typeof RETENTION_DAYS, number>>;
  /** What the parameters for the first application say unless a deployment says otherwise. */
  readonly firstApp: { readonly id: string; readonly mode: 'open' | 'strict' };
}

/** What outlives every deployment: the tables, the applications in them, and what failed. */
export class DataStack extends Stack {
  readonly tables: Tables;
  /** Where asynchronous invocations go that failed for good. */
  readonly failures: FailureQueue;

  constructor(scope: Construct, id: string, props: DataStackProps) {
    super(scope, id, props);
    const { keepData: precious, retentionDays } = props;
    const core = new ChatTable(this, 'Core', { variable: ENV.coreTable, precious });
    const messages = new ChatTable(this, 'Messages', {
      variable: ENV.messagesTable,
      environment: { [ENV.retentionDays]: JSON.stringify(retentionDays) },
      expiring: true,
      precious,
    });
    const connections = new ChatTable(this, 'Connections', {
      variable: ENV.connectionsTable,
      sorted: false,
      expiring: true,
      precious: false,
    });
    const attributes = new ChatTable(this, 'Attributes', { variable: ENV.attributesTable, precious });
    core.addGlobalSecondaryIndex({
      indexName: DIRECTORY_INDEX.name,
      partitionKey: { name: DIRECTORY_INDEX.partition, type: AttributeType.STRING },
      sortKey: { name: DIRECTORY_INDEX.created, type: AttributeType.NUMBER },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    core.addGlobalSecondaryIndex({
      indexName: MEMBERSHIP_INDEX.name,
      partitionKey: { name: MEMBERSHIP_INDEX.member, type: AttributeType.STRING },
      sortKey: { name: PARTITION_KEY, type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    messages.addGlobalSecondaryIndex({
      indexName: CONTACT_INDEX.name,
      partitionKey: { name: CONTACT_INDEX.owner, type: AttributeType.STRING },
      sortKey: { name: CONTACT_INDEX.last, type: AttributeType.NUMBER },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    connections.addGlobalSecondaryIndex({
      indexName: EVERYBODY_INDEX.name,
      partitionKey: { name: EVERYBODY_INDEX.shard, type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    connections.addGlobalSecondaryIndex({
      indexName: HEARTBEAT_INDEX.name,
      partitionKey: { name: HEARTBEAT_INDEX.shard, type: AttributeType.STRING },
      sortKey: { name: HEARTBEAT_INDEX.due, type: AttributeType.NUMBER },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    const accounts = new ChatTable(this, 'Accounts', { variable: ENV.accountsTable, expiring: true, precious });
    accounts.addGlobalSecondaryIndex({
      indexName: DIRECTORY_INDEX.name,
      partitionKey: { name: DIRECTORY_INDEX.partition, type: AttributeType.STRING },
      sortKey: { name: DIRECTORY_INDEX.created, type: AttributeType.NUMBER },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.tables = { core, messages, connections, attributes, accounts };
    this.failures = new FailureQueue(this, 'Failures');
    this.applications(props);
    new CfnOutput(this, 'AttributesTable', {
      value: attributes.tableName,
      description: 'Holds the values of attributes, by which is searched',
    });
    new CfnOutput(this, 'CoreTable', { value: core.tableName, description: 'Holds applications, users and groups' });
    new CfnOutput(this, 'FailureQueue', {
      value: this.failures.queueUrl,
      description: 'Holds what failed for good, for npm run macaw -- failures',
    });
  }

  private applications({ stage, firstApp }: DataStackProps): void {
    const id = new CfnParameter(this, 'AppId', {
      description: "The first application's id. An app built for MaxIM carries its MaxLeap application id: give that.",
      default: firstApp.id,
      allowedPattern: APP_ID.source,
    }).valueAsString;
    const mode = new CfnParameter(this, 'Mode', {
      description: 'open: the client key may do everything, as old SDKs need. strict: users act with their own tokens.',
      default: firstApp.mode,
      allowedValues: ['open', 'strict'],
    }).valueAsString;
    const { core } = this.tables;
    const { operator } = new Applications(this, 'Applications', { core, stage, failures: this.failures, id, mode });
    new CfnOutput(this, 'FirstAppId', { value: id, description: 'The id of the first application' });
    new CfnOutput(this, 'FirstAppKeys', {
      value: `${secretPrefix(stage)}${id}`,
      description: "The secret that holds the first application's keys",
    });
    new CfnOutput(this, 'OperatorFunction', {
      value: operator.functionName,
      description: 'Manages applications, for npm run macaw -- apps',
    });
  }
}
