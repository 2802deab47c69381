import { CfnOutput, CfnParameter, CustomResource, Stack, type StackProps } from 'aws-cdk-lib';
import { AttributeType, ProjectionType } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import {
  CONTACT_INDEX,
  DIRECTORY_INDEX,
  ENV,
  EVERYBODY_INDEX,
  HEARTBEAT_INDEX,
  MEMBERSHIP_INDEX,
  PARTITION_KEY,
} from '../functions/constants.ts';
import { ChatTable } from './chat-table.ts';
import { explain } from './explain.ts';
import { MacawFunction } from './macaw-function.ts';

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

/** What outlives every deployment: the tables, and the first application in them. */
export class DataStack extends Stack {
  readonly tables: Tables;

  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const core = new ChatTable(this, 'Core', { variable: ENV.coreTable, precious: true });
    const messages = new ChatTable(this, 'Messages', { variable: ENV.messagesTable, expiring: true, precious: true });
    const connections = new ChatTable(this, 'Connections', {
      variable: ENV.connectionsTable,
      sorted: false,
      expiring: true,
      precious: false,
    });
    explain(connections, 'DDB3', 'Clients that reconnect write it anew; a copy of who was connected is of no use.');
    const attributes = new ChatTable(this, 'Attributes', { variable: ENV.attributesTable, precious: true });
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
    const accounts = new ChatTable(this, 'Accounts', { variable: ENV.accountsTable, expiring: true, precious: true });
    accounts.addGlobalSecondaryIndex({
      indexName: DIRECTORY_INDEX.name,
      partitionKey: { name: DIRECTORY_INDEX.partition, type: AttributeType.STRING },
      sortKey: { name: DIRECTORY_INDEX.created, type: AttributeType.NUMBER },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.tables = { core, messages, connections, attributes, accounts };
    this.seedFirstApp(core);
  }

  private seedFirstApp(core: ChatTable): void {
    const appId = new CfnParameter(this, 'AppId', {
      description: "The first application's id. An app built for MaxIM carries its MaxLeap application id: give that.",
      default: 'macaw',
      allowedPattern: '[a-zA-Z0-9_-]{1,64}',
    });
    const mode = new CfnParameter(this, 'Mode', {
      description: 'open: the client key may do everything, as old SDKs need. strict: users act with their own tokens.',
      default: 'open',
      allowedValues: ['open', 'strict'],
    });
    const key = (name: string, meaning: string) =>
      new CfnParameter(this, name, {
        description: `${meaning} Empty: one is generated. Only the first deployment looks at it.`,
        default: '',
        noEcho: true,
      }).valueAsString;
    const seed = new MacawFunction(this, 'Seed', { folder: 'seed', description: 'Stores the first application' });
    core.allow(seed, 'PutItem');
    new CustomResource(this, 'FirstApp', {
      resourceType: 'Custom::FirstApp',
      serviceToken: seed.functionArn,
      properties: {
        AppId: appId.valueAsString,
        Mode: mode.valueAsString,
        ClientKey: key('ClientKey', "The first application's client key; existing apps carry theirs."),
        MasterKey: key('MasterKey', "The first application's master key."),
      },
    });
    new CfnOutput(this, 'FirstAppId', { value: appId.valueAsString });
    new CfnOutput(this, 'AttributesTable', { value: this.tables.attributes.tableName });
    new CfnOutput(this, 'CoreTable', { value: core.tableName, description: 'Holds the keys of every application' });
  }
}
