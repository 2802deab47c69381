import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { logger } from '../observe/logger.ts';
import { ADMIN_DAYS, ENV, EXPIRES, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { stamp } from '../shared/message-id.ts';
import { dynamo } from './dynamo.ts';

const table = requireEnv(ENV.adminTable);

/** The actions with the master key that are recorded. */
export const AUDITED = [
  'conversation.read',
  'message.broadcast',
  'message.edit',
  'message.recall',
  'message.react',
  'token.mint',
  'session.end',
  'account.change',
  'account.delete',
  'group.delete',
  'room.delete',
  'history.erase',
  'attributes.delete',
  'user.disconnect',
  'user.ban',
  'user.unban',
  'user.delete',
  'member.mute',
  'member.unmute',
  'admin.add',
  'admin.remove',
  'words.change',
  'flagged.read',
  'flagged.dismiss',
  'settings.change',
  'push.credentials',
  'push.test',
  'webhook.change',
] as const;
export type AuditedAction = (typeof AUDITED)[number];

/** One action with the master key. */
export interface AuditEntry {
  readonly action: AuditedAction;
  /** What it was about: `user/tom`, `friend/tom/jerry`. */
  readonly object: string;
  /** The network address of the request. */
  readonly address?: string | undefined;
  /** Epoch ms. */
  readonly time: number;
}

const Stored = z.object({
  [SORT_KEY]: z.string(),
  action: z.enum(AUDITED),
  object: z.string(),
  address: z.optional(z.string()),
  time: z.number(),
});

const partition = (app: string) => `${app}#audit`;

/** The format of the ids of entries. */
export const AUDIT_ID = /^\d{14}-[0-9a-f]{8}$/;

/** Adds an entry to the audit log of an application. */
export async function recordAction(app: string, entry: AuditEntry): Promise<void> {
  await dynamo.put({
    TableName: table,
    Item: {
      [PARTITION_KEY]: partition(app),
      [SORT_KEY]: `${stamp(entry.time)}-${randomBytes(4).toString('hex')}`,
      ...entry,
      [EXPIRES]: Math.ceil(entry.time / 1000) + ADMIN_DAYS * 24 * 60 * 60,
    },
  });
}

/**
 * A page of the audit log, the latest entry first. Entries that this version does not know are skipped.
 * @param before only entries before the one with this id
 * @returns `next`: the `before` of the next page, if there is one
 */
export async function auditLog(
  app: string,
  { before, limit }: { readonly before: string | undefined; readonly limit: number },
): Promise<{ readonly entries: (AuditEntry & { readonly id: string })[]; readonly next?: string }> {
  const { Items = [] } = await dynamo.query({
    TableName: table,
    KeyConditionExpression: `#pk = :pk${before === undefined ? '' : ' AND #sk < :before'}`,
    ExpressionAttributeNames: { '#pk': PARTITION_KEY, ...(before !== undefined && { '#sk': SORT_KEY }) },
    ExpressionAttributeValues: { ':pk': partition(app), ...(before !== undefined && { ':before': before }) },
    ScanIndexForward: false,
    Limit: limit + 1,
  });
  const page = Items.slice(0, limit);
  const entries = page.flatMap((item) => {
    const { data, error } = Stored.safeParse(item);
    if (!data) {
      logger.warn('Entry of the audit log skipped', { entry: item[SORT_KEY], error });
      return [];
    }
    const { [SORT_KEY]: id, ...entry } = data;
    return [{ id, ...entry }];
  });
  return { entries, ...(Items.length > limit && { next: String(page.at(-1)?.[SORT_KEY]) }) };
}
