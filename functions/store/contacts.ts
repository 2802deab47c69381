import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { CONTACT_INDEX, ENV, EXPIRES, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { Principal } from '../shared/principal.ts';
import { retentionMs } from './conversations.ts';
import { collect, dynamo, type Lookup, query } from './dynamo.ts';
import { subjectKey } from './keys.ts';

const table = requireEnv(ENV.messagesTable);

const Contact = z.object({
  ts: z.number(),
  /** The last message of the stranger. Undefined when they never answered. */
  received: z.optional(z.number()),
});

/**
 * A contact with a stranger or visitor, and the time of the last message in epoch ms. Retained as long as their history.
 */
export interface Contact extends z.output<typeof Contact> {
  readonly id: string;
}

/** The kinds of conversations whose participants have no list of each other. */
export type ContactKind = 'stranger' | 'visitor';

/** The partition of a user's contacts of one kind, and the partition of the index. */
const partitionOf = (user: Principal, kind: ContactKind) =>
  kind === 'stranger'
    ? { pk: `${subjectKey(user)}#contacts`, owner: subjectKey(user) }
    : { pk: `${subjectKey(user)}#visitors`, owner: `${subjectKey(user)}#visitors` };

const contactKey = (user: Principal, kind: ContactKind, id: string) => ({
  [PARTITION_KEY]: partitionOf(user, kind).pk,
  [SORT_KEY]: id,
});

/** A contact that has a new message. `direction` is that of the message, as its owner sees it. */
export interface ContactWithMessage {
  readonly owner: Principal;
  readonly other: string;
  readonly kind: ContactKind;
  readonly direction: 'sent' | 'received';
}

/** Records a contact of one of the two participants. Visitors have few contacts, so theirs have no index entry. */
export async function recordContact({ owner, other, kind, direction }: ContactWithMessage, ts: number): Promise<void> {
  const indexed = owner.kind === 'user';
  const additions = [indexed && '#owner = :owner', direction === 'received' && 'received = :ts'].filter(Boolean);
  await dynamo.send(
    new UpdateCommand({
      TableName: table,
      Key: contactKey(owner, kind, other),
      UpdateExpression: `SET ${['#ts = :ts', '#expires = :expires', ...additions].join(', ')}`,
      ExpressionAttributeNames: {
        '#ts': CONTACT_INDEX.last,
        '#expires': EXPIRES,
        ...(indexed && { '#owner': CONTACT_INDEX.owner }),
      },
      ExpressionAttributeValues: {
        ':ts': ts,
        ':expires': Math.ceil((ts + retentionMs(kind)) / 1000),
        ...(indexed && { ':owner': partitionOf(owner, kind).owner }),
      },
    }),
  );
}

/** The contact with one stranger. Undefined when there is none, or when it has expired. */
export function contact(user: Principal, stranger: string, now: number): Lookup<Contact | undefined> {
  return {
    table,
    key: contactKey(user, 'stranger', stranger),
    parse: (item) => {
      const found = item && { id: stranger, ...Contact.parse(item) };
      return found && found.ts > now - retentionMs('stranger') ? found : undefined;
    },
  };
}

/** The latest contacts with strangers, newest first. Reads `skip` + `limit` items. */
export async function contactsOf(user: Principal, skip: number, limit: number, now: number): Promise<Contact[]> {
  const contacts = await latestContacts(user, 'stranger', { limit: skip + limit }, now);
  return contacts.slice(skip);
}

/**
 * The latest contacts of one kind, newest first.
 * @param page only contacts with a last message after `after` and not after `until`, in epoch ms
 */
export async function latestContacts(
  user: Principal,
  kind: ContactKind,
  { after = 0, until = Number.MAX_SAFE_INTEGER, limit }: { after?: number; until?: number; limit: number },
  now: number,
): Promise<Contact[]> {
  const oldest = Math.max(after, now - retentionMs(kind)) + 1;
  if (until < oldest) return [];
  const contacts = query(
    {
      TableName: table,
      IndexName: CONTACT_INDEX.name,
      KeyConditionExpression: '#owner = :owner AND #ts BETWEEN :oldest AND :until',
      ExpressionAttributeNames: { '#owner': CONTACT_INDEX.owner, '#ts': CONTACT_INDEX.last },
      ExpressionAttributeValues: { ':owner': partitionOf(user, kind).owner, ':oldest': oldest, ':until': until },
      ScanIndexForward: false,
    },
    limit,
  );
  return (await collect(contacts)).map((item) => ({ id: String(item[SORT_KEY]), ...Contact.parse(item) }));
}

/** The users who exchanged messages with a visitor, in any order. */
export async function contactsOfVisitor(visitor: Principal, now: number): Promise<Contact[]> {
  const contacts = query({
    TableName: table,
    KeyConditionExpression: '#pk = :pk',
    ExpressionAttributeNames: { '#pk': PARTITION_KEY },
    ExpressionAttributeValues: { ':pk': partitionOf(visitor, 'visitor').pk },
  });
  return (await collect(contacts))
    .map((item) => ({ id: String(item[SORT_KEY]), ...Contact.parse(item) }))
    .filter(({ ts }) => ts > now - retentionMs('visitor'));
}

/** The ids of all contacts of one kind, also expired ones. */
export async function allContacts(user: Principal, kind: ContactKind): Promise<string[]> {
  const contacts = query({
    TableName: table,
    KeyConditionExpression: '#pk = :pk',
    ProjectionExpression: '#sk',
    ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY },
    ExpressionAttributeValues: { ':pk': partitionOf(user, kind).pk },
  });
  return (await collect(contacts)).map((item) => String(item[SORT_KEY]));
}

/** Deletes a contact from the list of one of the two. */
export async function deleteContact(owner: Principal, kind: ContactKind, other: string): Promise<void> {
  await dynamo.send(new DeleteCommand({ TableName: table, Key: contactKey(owner, kind, other) }));
}
