import * as z from 'zod/mini';
import { checkAttributes } from '../attributes/limits.ts';
import { ENV, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import { indexChanges, type Searchable } from './attribute-index.ts';
import { dynamo, type Item, type Lookup } from './dynamo.ts';
import { headKey } from './keys.ts';
import { Attributes } from './profiles.ts';
import { commit, transact, type Write } from './transact.ts';

export type { Searchable } from './attribute-index.ts';

const table = requireEnv(ENV.coreTable);

/** `version` counts changes of the attributes. `deleted` is set while a group or room is being deleted. */
const Head = z.object({
  ts: z.number(),
  attributes: z._default(Attributes, {}),
  version: z._default(z.number(), 0),
  deleted: z.optional(z.boolean()),
});

/** The attributes of a subject, and its creation time in epoch ms. */
export interface Described {
  readonly ts: number;
  readonly attributes: Record<string, unknown>;
}

/** The attributes of a subject. Undefined when it does not exist. */
export function attributesOf(subject: Searchable): Lookup<Described | undefined> {
  return { table, key: headKey(subject), parse: existing };
}

function existing(item: Item | undefined): z.output<typeof Head> | undefined {
  const head = item && Head.parse(item);
  return head?.deleted ? undefined : head;
}

export function unknownSubject({ kind, id }: Searchable): ChatError {
  return new ChatError(ERROR.notFound, `There is no ${kind} ${id}`);
}

type Values = Described['attributes'];

/** All attributes as they are after a change. */
export interface Changed {
  readonly attributes: Values;
  /** Whether they were others before. */
  readonly isNew: boolean;
}

/**
 * Sets some attributes and leaves the others as they are.
 * @throws ChatError 5004 when the subject does not exist, 5010 when the attributes would be too much
 */
export function mergeAttributes(subject: Searchable, attributes: Values): Promise<Changed> {
  return change(subject, (present) => ({ ...present, ...attributes }));
}

/** Sets the attributes and removes all others. Throws as `mergeAttributes` does. */
export function replaceAttributes(subject: Searchable, attributes: Values): Promise<Changed> {
  return change(subject, () => attributes);
}

/** Removes all attributes. @throws ChatError 5004 when the subject does not exist */
export function clearAttributes(subject: Searchable): Promise<Changed> {
  return change(subject, () => ({}));
}

/**
 * Removes a subject that is being deleted from the index. Safe to repeat. The head must be marked as deleted first, so
 * that no concurrent change can add entries.
 */
export async function dropFromIndex(subject: Searchable): Promise<void> {
  const item = await read(subject);
  const writes = item ? indexChanges(subject, Head.parse(item).attributes, {}) : [];
  if (writes.length > 0) await transact(writes);
}

/** Reads, computes, and writes attributes and index in one transaction if nobody did so meanwhile; else once more. */
async function change(subject: Searchable, compute: (present: Values) => Values): Promise<Changed> {
  return commit(async () => {
    const head = existing(await read(subject));
    if (!head) throw unknownSubject(subject);
    const attributes = checkAttributes(compute(head.attributes));
    const text = JSON.stringify(attributes);
    if (text === JSON.stringify(head.attributes)) return { transactions: [], result: { attributes, isNew: false } };
    const index = indexChanges(subject, head.attributes, attributes);
    const result = { attributes, isNew: true };
    return { transactions: [[headUpdate(subject, head.version, text), ...index]], result };
  }, `Too many requests change the attributes of ${subject.kind} ${subject.id}`);
}

function headUpdate(subject: Searchable, version: number, attributes: string): Write {
  return {
    Update: {
      TableName: table,
      Key: headKey(subject),
      UpdateExpression: 'SET #attributes = :attributes, #version = :next',
      ConditionExpression: `attribute_exists(#pk) AND attribute_not_exists(#deleted) AND ${
        version === 0 ? 'attribute_not_exists(#version)' : '#version = :version'
      }`,
      ExpressionAttributeNames: {
        '#pk': PARTITION_KEY,
        '#attributes': 'attributes',
        '#version': 'version',
        '#deleted': 'deleted',
      },
      ExpressionAttributeValues: {
        ':attributes': attributes,
        ':next': version + 1,
        ...(version > 0 && { ':version': version }),
      },
    },
  };
}

async function read(subject: Searchable): Promise<Item | undefined> {
  const { Item } = await dynamo.get({ TableName: table, Key: headKey(subject), ConsistentRead: true });
  return Item;
}
