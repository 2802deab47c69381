import * as z from 'zod/mini';
import { type Model, type Resource, readProperties } from '../template/model.ts';
import { boolean, json, number } from '../template/schema.ts';
import type { EmulatorClient } from './client.ts';

const throughput = z.optional(z.object({ ReadCapacityUnits: number, WriteCapacityUnits: number }));
const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.string() }));
const index = z.object({
  IndexName: z.string(),
  KeySchema: keySchema,
  Projection: json,
  ProvisionedThroughput: throughput,
});

const tableSchema = z.object({
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.string() })),
  KeySchema: keySchema,
  BillingMode: z.optional(z.string()),
  ProvisionedThroughput: throughput,
  GlobalSecondaryIndexes: z.optional(z.array(index)),
  LocalSecondaryIndexes: z.optional(z.array(index)),
  StreamSpecification: z.optional(z.object({ StreamViewType: z.string() })),
  TimeToLiveSpecification: z.optional(z.object({ AttributeName: z.optional(z.string()), Enabled: boolean })),
});

/** Creates the tables of the template. Existing tables with data from an earlier run are kept. */
export async function createTables(model: Model, client: EmulatorClient): Promise<void> {
  const resources = model.ofType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable');
  if (resources.length === 0) return;
  const { TableNames } = z.parse(
    z.object({ TableNames: z.array(z.string()) }),
    JSON.parse(await client.must('ListTables', {})),
  );
  await Promise.all(resources.map((resource) => createTable(resource, client, TableNames)));
}

async function createTable(resource: Resource, client: EmulatorClient, existing: string[]): Promise<void> {
  const name = resource.identity().ref;
  if (existing.includes(name)) return;
  const table = readProperties(resource, tableSchema);
  const provisioned = resource.type === 'AWS::DynamoDB::Table' && table.BillingMode !== 'PAY_PER_REQUEST';
  // Streams slow the emulator down (streams.ts).
  const { TimeToLiveSpecification: ttl, StreamSpecification: _, ...rest } = table;
  await client.must('CreateTable', {
    ...rest,
    TableName: name,
    BillingMode: provisioned ? 'PROVISIONED' : 'PAY_PER_REQUEST',
  });
  if (ttl?.Enabled) await client.must('UpdateTimeToLive', { TableName: name, TimeToLiveSpecification: ttl });
}
