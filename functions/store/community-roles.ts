import { ENV, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR, Forbidden } from '../shared/errors.ts';
import { communityHead, type Head, membership, unknownCommunity } from './communities.ts';
import type { Community } from './community-keys.ts';
import { dynamo, lookup, unlessRefused } from './dynamo.ts';
import { headKey } from './keys.ts';
import { commit } from './transact.ts';

// Admins and mutes are part of the head of a community, because every message to it reads the head.

const table = requireEnv(ENV.coreTable);

/** So that the head stays small. */
export const MAX_ADMINS = 50;
export const MAX_MUTES = 100;

/**
 * Adds an admin to a group, who must be a member, or removes one.
 * @throws ChatError 5004 for an unknown group or member, 5008 for too many admins
 */
export async function setAdmin(group: Community, user: string, isAdmin: boolean): Promise<void> {
  const [head, member] = await lookup([communityHead(group), membership(group, user)], { consistent: true });
  if (!head) throw unknownCommunity(group);
  if (isAdmin && !member) throw new ChatError(ERROR.notFound, `${user} is not a member of ${group.kind} ${group.id}`);
  const hasRoom = isAdmin
    ? ' AND (attribute_not_exists(admins) OR contains(admins, :user) OR size(admins) < :limit)'
    : '';
  const changed = await unlessRefused(
    dynamo.update({
      TableName: table,
      Key: headKey(group),
      UpdateExpression: `${isAdmin ? 'ADD' : 'DELETE'} admins :users`,
      ConditionExpression: `attribute_exists(#pk) AND attribute_not_exists(deleted)${hasRoom}`,
      ExpressionAttributeNames: { '#pk': PARTITION_KEY },
      ExpressionAttributeValues: {
        ':users': new Set([user]),
        ...(isAdmin && { ':user': user, ':limit': MAX_ADMINS }),
      },
    }),
  );
  if (!changed)
    throw new ChatError(ERROR.memberLimit, `${group.id}: too many admins; at most ${MAX_ADMINS} are allowed`);
}

/** A user who is muted in a group or room, and until when, epoch ms. */
export interface Mute {
  readonly id: string;
  readonly until: number;
}

/** The mutes that are in effect. @param now epoch ms */
export function activeMutes({ mutes }: Head, now: number): Mute[] {
  return Object.entries(mutes).flatMap(([id, until]) => (until > now ? [{ id, until }] : []));
}

/** @throws Forbidden 5003 when a user is muted in a community */
export function checkMuted({ kind, id }: Community, head: Head, user: string, now: number): void {
  const until = Object.hasOwn(head.mutes, user) ? head.mutes[user] : undefined;
  if (until === undefined || until <= now) return;
  throw new Forbidden(`${user} is muted in ${kind} ${id} until ${new Date(until).toISOString()}`);
}

/**
 * Mutes a user in a group or room, or lifts the mute. It stays when they leave and join again. Mutes that have ended are
 * removed.
 * @param until epoch ms; undefined to lift it
 * @throws ChatError 5004 for an unknown group or room, 5008 for too many mutes
 */
export async function setMute(
  community: Community,
  user: string,
  until: number | undefined,
  now: number,
): Promise<void> {
  await commit(async () => {
    const [head] = await lookup([communityHead(community)], { consistent: true });
    if (!head) throw unknownCommunity(community);
    const others = activeMutes(head, now).filter(({ id }) => id !== user);
    const mutes = until === undefined ? others : [...others, { id: user, until }];
    if (mutes.length > MAX_MUTES) {
      const message = `${community.id}: too many mutes; at most ${MAX_MUTES} are allowed at the same time`;
      throw new ChatError(ERROR.memberLimit, message);
    }
    const isFirst = Object.keys(head.mutes).length === 0;
    const update = {
      Update: {
        TableName: table,
        Key: headKey(community),
        UpdateExpression: 'SET mutes = :mutes',
        ConditionExpression: `attribute_exists(#pk) AND attribute_not_exists(deleted) AND ${isFirst ? '(attribute_not_exists(mutes) OR mutes = :before)' : 'mutes = :before'}`,
        ExpressionAttributeNames: { '#pk': PARTITION_KEY },
        ExpressionAttributeValues: {
          ':mutes': Object.fromEntries(mutes.map(({ id, until }) => [id, until])),
          ':before': head.mutes,
        },
      },
    };
    return { transactions: [[update]], result: undefined };
  }, `Too many requests change the mutes of ${community.kind} ${community.id}`);
}
