import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { CONTACT_INDEX, ENV, EXPIRES, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { Principal } from '../shared/principal.ts';
import { retentionMs } from './conversations.ts';
import { collect, dynamo, type Lookup, query } from './dynamo.ts';
import { subjectKey } from './keys.ts';

const table = requireEnv(ENV.messagesTable);

const Contact = z.object({ ts: z.number() });

/**
 * A user's contact with a stranger, and the time of the last message in epoch ms. Retained as long as their history.
 */
export interface Contact extends z.output<typeof Contact> {
  readonly id: string;
}

const contactKey = (user: Principal, stranger: string) => ({
  [PARTITION_KEY]: `${subjectKey(user)}#contacts`,
  [SORT_KEY]: stranger,
});

/** Records the contact for one of the two users. */
export async function recordContact(user: Principal, stranger: string, ts: number): Promise<void> {
  await dynamo.send(
    new UpdateCommand({
      TableName: table,
      Key: contactKey(user, stranger),
      UpdateExpression: 'SET #ts = :ts, #expires = :expires, #owner = :owner',
      ExpressionAttributeNames: { '#ts': CONTACT_INDEX.last, '#expires': EXPIRES, '#owner': CONTACT_INDEX.owner },
      ExpressionAttributeValues: {
        ':ts': ts,
        ':expires': Math.ceil((ts + retentionMs('stranger')) / 1000),
        ':owner': subjectKey(user),
      },
    }),
  );
}

/** The contact with one stranger. Undefined when there is none, or when it has expired. */
export function contact(user: Principal, stranger: string, now: number): Lookup<Contact | undefined> {
  return {
    table,
    key: contactKey(user, stranger),
    parse: (item) => {
      const found = item && { id: stranger, ...Contact.parse(item) };
      return found && found.ts > now - retentionMs('stranger') ? found : undefined;
    },
  };
}

/** The latest contacts with strangers, newest first. Reads `skip` + `limit` items. */
export async function contactsOf(user: Principal, skip: number, limit: number, now: number): Promise<Contact[]> {
  const contacts = query(
    {
      TableName: table,
      IndexName: CONTACT_INDEX.name,
      KeyConditionExpression: '#owner = :owner AND #ts > :oldest',
      ExpressionAttributeNames: { '#owner': CONTACT_INDEX.owner, '#ts': CONTACT_INDEX.last },
      ExpressionAttributeValues: { ':owner': subjectKey(user), ':oldest': now - retentionMs('stranger') },
      ScanIndexForward: false,
    },
    skip + limit,
  );
  return (await collect(contacts)).slice(skip).map((item) => ({ id: String(item[SORT_KEY]), ...Contact.parse(item) }));
}
