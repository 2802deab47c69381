import {
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  type ConditionCheck,
  type Delete,
  DeleteItemCommand,
  type DeleteItemCommandInput,
  GetItemCommand,
  type GetItemCommandInput,
  type KeysAndAttributes,
  type Put,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
  type Update,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { type Attributes, type Item, toAttributes, toItem } from './attribute-values.ts';
import { client } from './dynamo-client.ts';

/** The parameters of requests that contain values. */
type Values = 'Key' | 'Item' | 'ExpressionAttributeValues' | 'ExclusiveStartKey';

/** A request with plain values. */
type Plain<T> = { [K in keyof T]: K extends Values ? Item | undefined : T[K] };

export type QueryInput = Plain<QueryCommandInput>;
export type UpdateInput = Plain<UpdateItemCommandInput>;

/** One write of a transaction. */
export interface Write {
  readonly Put?: Plain<Put>;
  readonly Update?: Plain<Update>;
  readonly Delete?: Plain<Delete>;
  readonly ConditionCheck?: Plain<ConditionCheck>;
}

/** What to read of a table. */
type Keys = Omit<KeysAndAttributes, 'Keys'> & { Keys: Item[] };
type BatchGetInput = Omit<BatchGetItemCommandInput, 'RequestItems'> & { RequestItems: Record<string, Keys> };
type TransactWriteInput = Omit<TransactWriteItemsCommandInput, 'TransactItems'> & { TransactItems: readonly Write[] };

/**
 * The commands of DynamoDB with plain values, instead of the SDK's document client, which takes twice the CPU. Errors
 * contain items in the format of DynamoDB. See docs/decisions/0049-documents-without-the-document-client.md.
 */
export const dynamo = {
  async get(input: Plain<GetItemCommandInput>) {
    const output = await client.send(new GetItemCommand(marshalled(input)));
    return { ...output, Item: itemOf(output.Item) };
  },

  async put(input: Plain<PutItemCommandInput>) {
    const output = await client.send(new PutItemCommand(marshalled(input)));
    return { ...output, Attributes: itemOf(output.Attributes) };
  },

  async update(input: UpdateInput) {
    const output = await client.send(new UpdateItemCommand(marshalled(input)));
    return { ...output, Attributes: itemOf(output.Attributes) };
  },

  async delete(input: Plain<DeleteItemCommandInput>) {
    const output = await client.send(new DeleteItemCommand(marshalled(input)));
    return { ...output, Attributes: itemOf(output.Attributes) };
  },

  async query(input: QueryInput) {
    const output = await client.send(new QueryCommand(marshalled(input)));
    return { ...output, Items: output.Items?.map(toItem), LastEvaluatedKey: itemOf(output.LastEvaluatedKey) };
  },

  async batchGet({ RequestItems, ...input }: BatchGetInput) {
    const requests = mapped(RequestItems, ({ Keys, ...rest }) => ({ ...rest, Keys: Keys.map(toAttributes) }));
    const {
      Responses = {},
      UnprocessedKeys = {},
      ...output
    } = await client.send(new BatchGetItemCommand({ ...input, RequestItems: requests }));
    return {
      ...output,
      Responses: mapped(Responses, (items) => items.map(toItem)),
      UnprocessedKeys: mapped(UnprocessedKeys, ({ Keys = [], ...rest }) => ({ ...rest, Keys: Keys.map(toItem) })),
    };
  },

  async transactWrite({ TransactItems, ...input }: TransactWriteInput) {
    const writes = TransactItems.map(({ Put, Update, Delete, ConditionCheck }) => ({
      Put: Put && marshalled(Put),
      Update: Update && marshalled(Update),
      Delete: Delete && marshalled(Delete),
      ConditionCheck: ConditionCheck && marshalled(ConditionCheck),
    }));
    return client.send(new TransactWriteItemsCommand({ ...input, TransactItems: writes }));
  },
};

/** A request in the format of DynamoDB. */
function marshalled<T extends { [K in Values]?: Item | undefined }>(input: T) {
  const { Key, Item, ExpressionAttributeValues, ExclusiveStartKey, ...rest } = input;
  return {
    ...rest,
    Key: attributesOf(Key),
    Item: attributesOf(Item),
    ExpressionAttributeValues: attributesOf(ExpressionAttributeValues),
    ExclusiveStartKey: attributesOf(ExclusiveStartKey),
  };
}

const attributesOf = (item: Item | undefined) => item && toAttributes(item);

const itemOf = (attributes: Attributes | undefined) => attributes && toItem(attributes);

function mapped<T, R>(record: Readonly<Record<string, T>>, convert: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, convert(value)]));
}
