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
  /** Applications, users and friendships: data that cannot be rebuilt. */
  readonly core: ChatTable;
  /** Message histories. Each message expires after the retention period of its conversation. */
  readonly messages: ChatTable;
  /** Open connections. Reconnecting clients rebuild it, so it is neither backed up nor retained. */
  readonly connections: ChatTable;
  /** The index of attribute values. It can be rebuilt from the core table, at a cost. */
  readonly attributes: ChatTable;
  /** Accounts, identities, sessions, codes and counters. All items except accounts and identities expire. */
  readonly accounts: ChatTable;
  /** Statistics and the audit log. All items expire. */
  readonly admin: ChatTable;
}

export interface DataStackProps extends StackProps {
  readonly stage: string;
  /** Whether tables are retained, protected against deletion, and restorable. */
  readonly keepData: boolean;
  readonly retentionDays: Readonly<Record<keyof typeof RETENTION_DAYS, number>>;
  /** The default parameters of the first application. */
  readonly firstApp: { readonly id: string; readonly mode: 'open' | 'strict' };
}

const MODES =
  'strict: users act with their own tokens. open, for MaxIM SDKs: whoever has the client key, which every copy of the app contains, can do everything in the chat.';

/** The stateful resources: the tables, the applications and the failure queue. */
export class DataStack extends Stack {
  readonly tables: Tables;
  /** Receives asynchronous invocations that failed permanently. */
  readonly failures: FailureQueue;
  /** The id of the first application. */
  readonly firstApp: string;

  constructor(scope: Construct, id: string, props: DataStackProps) {
    super(scope, id, props);
    const { keepData: precious, retentionDays } = props;
    const core = new ChatTable(this, 'Core', { variable: ENV.coreTable, streamed: true, precious });
    const messages = new ChatTable(this, 'Messages', {
      variable: ENV.messagesTable,
      environment: { [ENV.retentionDays]: JSON.stringify(retentionDays) },
      expiring: true,
      streamed: true,
      precious,
    });
    const connections = new ChatTable(this, 'Connections', {
      variable: ENV.connectionsTable,
      sorted: false,
      expiring: true,
      streamed: true,
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
    const admin = new ChatTable(this, 'Admin', { variable: ENV.adminTable, expiring: true, precious });
    this.tables = { core, messages, connections, attributes, accounts, admin };
    this.failures = new FailureQueue(this, 'Failures');
    this.firstApp = this.applications(props);
    new CfnOutput(this, 'AttributesTable', {
      value: attributes.tableName,
      description: 'The table of attribute values for searches',
    });
    new CfnOutput(this, 'CoreTable', {
      value: core.tableName,
      description: 'The table of applications, users and groups',
    });
    new CfnOutput(this, 'FailureQueue', {
      value: this.failures.queueUrl,
      description: 'The queue of permanent failures, for npm run macaw -- failures',
    });
  }

  /** @returns the id of the first application */
  private applications({ stage, firstApp }: DataStackProps): string {
    const id = new CfnParameter(this, 'AppId', {
      description: 'The id of the first application. For an app built for MaxIM, use its MaxLeap application id.',
      default: firstApp.id,
      allowedPattern: APP_ID.source,
    }).valueAsString;
    const mode = new CfnParameter(this, 'Mode', {
      description: MODES,
      default: firstApp.mode,
      allowedValues: ['open', 'strict'],
    }).valueAsString;
    const { core } = this.tables;
    const { operator } = new Applications(this, 'Applications', { core, stage, failures: this.failures, id, mode });
    new CfnOutput(this, 'FirstAppId', { value: id, description: 'The id of the first application' });
    new CfnOutput(this, 'FirstAppMode', {
      value: mode,
      description: `The mode in which the first application was created. ${MODES}`,
    });
    new CfnOutput(this, 'FirstAppKeys', {
      value: `${secretPrefix(stage)}${id}`,
      description: "The secret that holds the first application's keys",
    });
    new CfnOutput(this, 'OperatorFunction', {
      value: operator.functionName,
      description: 'The function that manages applications, for npm run macaw -- apps',
    });
    return id;
  }
}
