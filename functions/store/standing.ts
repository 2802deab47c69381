import * as z from 'zod/mini';
import { ENV, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR, Forbidden } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import { dynamo, type Lookup, unlessRefused } from './dynamo.ts';
import { headKey } from './keys.ts';

const table = requireEnv(ENV.coreTable);

const Ban = z.object({
  /** When it was set, and when it ends, epoch ms. Without an end, it is permanent. */
  since: z.number(),
  until: z.optional(z.number()),
  reason: z.optional(z.string()),
});
export type Ban = z.output<typeof Ban>;

/**
 * Whether a user may log in, in the item of their profile: every login writes that item anyway, so its check needs no
 * other call.
 */
export const Standing = z.object({
  ban: z.optional(Ban),
  /** Set while the data of the user is being deleted. */
  deleted: z.optional(z.boolean()),
});
export type Standing = z.output<typeof Standing>;

/** The standing of a user. Undefined for a user without a profile. */
export function standing(user: Principal): Lookup<Standing | undefined> {
  return { table, key: headKey(user), parse: (item) => item && Standing.parse(item) };
}

/** The ban that is in effect. @param now epoch ms */
export function activeBan({ ban }: Standing, now: number): Ban | undefined {
  return ban && (ban.until === undefined || ban.until > now) ? ban : undefined;
}

/** @throws Forbidden 5003 when the user is banned or being deleted */
export function checkStanding(found: Standing | undefined, id: string, now: number): void {
  if (!found) return;
  if (found.deleted) throw new Forbidden(`${id} is being deleted`);
  const ban = activeBan(found, now);
  if (!ban) return;
  const until = ban.until === undefined ? '' : ` until ${new Date(ban.until).toISOString()}`;
  throw new Forbidden(`${id} is banned${until}${ban.reason === undefined ? '' : `: ${ban.reason}`}`);
}

/**
 * Sets the ban of a user, or lifts it.
 * @throws ChatError 5004 when the user does not exist
 */
export async function setBan(user: Principal, ban: Ban | undefined): Promise<void> {
  const set = unlessRefused(
    dynamo.update({
      TableName: table,
      Key: headKey(user),
      UpdateExpression: ban ? 'SET ban = :ban' : 'REMOVE ban',
      ConditionExpression: 'attribute_exists(#pk) AND attribute_not_exists(deleted)',
      ExpressionAttributeNames: { '#pk': PARTITION_KEY },
      ...(ban && { ExpressionAttributeValues: { ':ban': ban } }),
    }),
  );
  if (!(await set)) throw new ChatError(ERROR.notFound, `There is no user ${user.id}`);
}

/** Marks a user as deleted: from here on they cannot log in, and others do not find them. Safe to repeat. */
export async function markDeleted(user: Principal, now: number): Promise<void> {
  await dynamo.update({
    TableName: table,
    Key: headKey(user),
    UpdateExpression: 'SET deleted = :true, ts = if_not_exists(ts, :now)',
    ExpressionAttributeValues: { ':true': true, ':now': now },
  });
}
