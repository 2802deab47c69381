import * as z from 'zod/mini';
import { CONTACT_INDEX, ENV, EXPIRES, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { Principal } from '../shared/principal.ts';
import { retentionMs } from './conversations.ts';
import { collect, dynamo, type Item, type Lookup, query, unlessRefused } from './dynamo.ts';
import { subjectKey } from './keys.ts';
import type { Write } from './transact.ts';

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

/** The sort key of the latest change of a message, followed by the id of the other participant. Ids contain no `#`. */
const CHANGED = 'changed#';

/** A contact that has a new message. `direction` is that of the message, as its owner sees it. */
export interface ContactWithMessage {
  readonly owner: Principal;
  readonly other: string;
  readonly kind: ContactKind;
  readonly direction: 'sent' | 'received';
}

/**
 * Records a contact of one of the two participants. A repeated message is older than the latest one, and does not change
 * its time: the catch-up would miss the latest one. Visitors have few contacts, so theirs have no index entry.
 */
export async function recordContact({ owner, other, kind, direction }: ContactWithMessage, ts: number): Promise<void> {
  const indexed = owner.kind === 'user';
  const isReceived = direction === 'received';
  const target = { TableName: table, Key: contactKey(owner, kind, other) };
  const additions = [indexed && '#owner = :owner', isReceived && 'received = :ts'].filter(Boolean);
  const isLatest = await unlessRefused(
    dynamo.update({
      ...target,
      UpdateExpression: `SET ${['#ts = :ts', '#expires = :expires', ...additions].join(', ')}`,
      ConditionExpression: 'attribute_not_exists(#ts) OR #ts < :ts',
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
  if (isLatest || !isReceived) return;
  await unlessRefused(
    dynamo.update({
      ...target,
      UpdateExpression: 'SET received = :ts',
      ConditionExpression: 'attribute_not_exists(received) OR received < :ts',
      ExpressionAttributeValues: { ':ts': ts },
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
  return contacts.slice(skip).map(({ id, ts }) => ({ id, ts }));
}

/** A contact, or a change of a message in the conversation with them. `ts`: when it was, epoch ms. */
export interface ContactEntry {
  readonly id: string;
  readonly ts: number;
  readonly isChange: boolean;
}

/** A part of the contacts of a user: only those after `after` and not after `until`, in epoch ms. */
interface ContactPage {
  readonly after?: number;
  readonly until?: number;
  readonly limit: number;
}

/** The latest contacts of one kind, newest first, by the time of their last message. */
export async function latestContacts(
  user: Principal,
  kind: ContactKind,
  page: ContactPage,
  now: number,
): Promise<ContactEntry[]> {
  const contacts: ContactEntry[] = [];
  for await (const entry of entriesOf(user, kind, page, now)) {
    if (!entry.isChange && contacts.push(entry) === page.limit) break;
  }
  return contacts;
}

/** The latest contacts of one kind, and the latest change of messages with each of them, newest first. */
export async function contactsAndChanges(
  user: Principal,
  kind: ContactKind,
  page: ContactPage,
  now: number,
): Promise<ContactEntry[]> {
  const entries: ContactEntry[] = [];
  for await (const entry of entriesOf(user, kind, page, now)) if (entries.push(entry) === page.limit) break;
  return entries;
}

async function* entriesOf(
  user: Principal,
  kind: ContactKind,
  { after = 0, until = Number.MAX_SAFE_INTEGER, limit }: ContactPage,
  now: number,
): AsyncGenerator<ContactEntry> {
  const oldest = Math.max(after, now - retentionMs(kind)) + 1;
  if (until < oldest) return;
  const entries = query({
    TableName: table,
    IndexName: CONTACT_INDEX.name,
    KeyConditionExpression: '#owner = :owner AND #ts BETWEEN :oldest AND :until',
    ExpressionAttributeNames: { '#owner': CONTACT_INDEX.owner, '#ts': CONTACT_INDEX.last },
    ExpressionAttributeValues: { ':owner': partitionOf(user, kind).owner, ':oldest': oldest, ':until': until },
    ScanIndexForward: false,
    Limit: limit,
  });
  for await (const item of entries) yield entryOf(item);
}

function entryOf(item: Item): ContactEntry {
  const key = String(item[SORT_KEY]);
  return { id: idOfEntry(key), ts: Contact.parse(item).ts, isChange: key.startsWith(CHANGED) };
}

const idOfEntry = (key: string) => (key.startsWith(CHANGED) ? key.slice(CHANGED.length) : key);

/** The users who exchanged messages with a visitor, and the latest change of messages with each of them, in any order. */
export async function contactsOfVisitor(visitor: Principal, now: number): Promise<ContactEntry[]> {
  const contacts = query({
    TableName: table,
    KeyConditionExpression: '#pk = :pk',
    ExpressionAttributeNames: { '#pk': PARTITION_KEY },
    ExpressionAttributeValues: { ':pk': partitionOf(visitor, 'visitor').pk },
  });
  return (await collect(contacts)).map(entryOf).filter(({ ts }) => ts > now - retentionMs('visitor'));
}

/** A write that records for one of the participants that a message of their conversation changed. */
export function changedContact({ owner, other, kind }: Omit<ContactWithMessage, 'direction'>, ts: number): Write {
  return {
    Put: {
      TableName: table,
      Item: {
        ...contactKey(owner, kind, CHANGED + other),
        [CONTACT_INDEX.last]: ts,
        [EXPIRES]: Math.ceil((ts + retentionMs(kind)) / 1000),
        ...(owner.kind === 'user' && { [CONTACT_INDEX.owner]: partitionOf(owner, kind).owner }),
      },
    },
  };
}

/** The ids of all contacts of one kind, also expired ones, and those with whom only a change of a message is known. */
export async function allContacts(user: Principal, kind: ContactKind): Promise<string[]> {
  const contacts = query({
    TableName: table,
    KeyConditionExpression: '#pk = :pk',
    ProjectionExpression: '#sk',
    ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY },
    ExpressionAttributeValues: { ':pk': partitionOf(user, kind).pk },
  });
  const ids = (await collect(contacts)).map((item) => idOfEntry(String(item[SORT_KEY])));
  return [...new Set(ids)];
}

/** Deletes a contact from the list of one of the two, and what is known of changes of their messages. */
export async function deleteContact(owner: Principal, kind: ContactKind, other: string): Promise<void> {
  for (const id of [CHANGED + other, other]) {
    await dynamo.delete({ TableName: table, Key: contactKey(owner, kind, id) });
  }
}
