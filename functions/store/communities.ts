import * as z from 'zod/mini';
import { compareText } from '../attributes/text.ts';
import { ENV, MEMBERSHIP_INDEX, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import {
  type Community,
  MEMBER_PREFIX,
  MEMBER_RANGES,
  memberIdOf,
  memberKey,
  memberSortKey,
  rangePrefix,
} from './community-keys.ts';
import { collect, type Lookup, lookup, query } from './dynamo.ts';
import { headKey, subjectKey } from './keys.ts';
import { Attributes } from './profiles.ts';

const table = requireEnv(ENV.coreTable);

const Head = z.object({
  ts: z.number(),
  owner: z.optional(z.string()),
  /** The users who moderate the group besides its owner. */
  admins: z.optional(z.instanceof(Set)),
  members: z.number(),
  /** When the number of members last changed, epoch ms. */
  counted: z.optional(z.number()),
  attributes: z._default(Attributes, {}),
  deleted: z.optional(z.boolean()),
  /** Until when a user is muted, epoch ms, by id. */
  mutes: z._default(z.record(z.string(), z.number()), {}),
});
export type Head = z.output<typeof Head>;

/** A community as the API shows it. */
export interface Description {
  readonly id: string;
  readonly owner?: string;
  /** Of a group that has some. */
  readonly admins?: string[];
  readonly members: string[];
  readonly attributes: Record<string, unknown>;
  readonly ts: number;
}

/** The head of a community. Undefined for one that does not exist or is being deleted. */
export function communityHead(community: Community): Lookup<Head | undefined> {
  return {
    table,
    key: headKey(community),
    parse: (item) => {
      const found = item && Head.parse(item);
      return found?.deleted ? undefined : found;
    },
  };
}

/** Whether a user moderates a group: its owner and its admins do. */
export const moderatesGroup = ({ owner, admins }: Pick<Head, 'owner' | 'admins'>, userId: string): boolean =>
  owner === userId || admins?.has(userId) === true;

/** The admins of a group, in id order. */
export const adminsOf = ({ admins = new Set() }: Head): string[] => [...admins].map(String).sort(compareText);

/** Whether a user is a member. */
export function membership(community: Community, userId: string): Lookup<boolean> {
  return { table, key: memberKey(community, userId), parse: (item) => item !== undefined };
}

/** Those of some users who are not members. */
export async function outsiders(community: Community, userIds: readonly string[]): Promise<string[]> {
  const members = await lookup(
    userIds.map((id) => membership(community, id)),
    { consistent: true },
  );
  return userIds.filter((_, n) => !members[n]);
}

/** The owner of a group. Undefined for rooms, and for groups without an owner. */
export async function communityOwner(community: Community): Promise<string | undefined> {
  const [found] = await lookup([communityHead(community)]);
  return found?.owner;
}

export function unknownCommunity({ kind, id }: Community): ChatError {
  return new ChatError(ERROR.notFound, `There is no ${kind} ${id}`);
}

/** @throws ChatError 5004 when the community does not exist */
export async function checkExists(community: Community): Promise<void> {
  const [found] = await lookup([communityHead(community)]);
  if (!found) throw unknownCommunity(community);
}

/** A part of the members. */
interface MemberRange {
  /** The first range. */
  readonly from: number;
  /** The end of the ranges, exclusive. */
  readonly to: number;
  /** The member after which to start. */
  readonly after?: string | undefined;
  /** Maximum number of ids. */
  readonly limit?: number;
  /** Whether the result includes all earlier writes, at double cost. @default false */
  readonly consistent?: boolean;
}

/** The ids of the members in some ranges, in a stable order. Costs one read unit per 8 KB. */
export async function* membersWithin(
  community: Community,
  { from, to, after, limit, consistent = false }: MemberRange,
): AsyncGenerator<string> {
  const members = query(
    {
      TableName: table,
      KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :first AND :last',
      ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY },
      ExpressionAttributeValues: {
        ':pk': subjectKey(community),
        // Ids contain no space and no tilde. In sort order, all ids are between the two.
        ':first': after === undefined ? `${rangePrefix(from)} ` : `${memberSortKey(after)} `,
        ':last': `${rangePrefix(to - 1)}~`,
      },
      ConsistentRead: consistent,
    },
    limit,
  );
  for await (const item of members) yield memberIdOf(String(item[SORT_KEY]));
}

/**
 * The ids of the members, or of the first `limit` members, in id order.
 * @param consistent whether the result includes all earlier writes, at double cost. @default false
 */
export async function membersOf(community: Community, limit?: number, { consistent = false } = {}): Promise<string[]> {
  const range = { from: 0, to: MEMBER_RANGES, consistent, ...(limit !== undefined && { limit }) };
  return (await collect(membersWithin(community, range))).sort(compareText);
}

/** The ids of all members, those who joined first at the start. */
export async function membersByAge(community: Community): Promise<string[]> {
  const members = query({
    TableName: table,
    KeyConditionExpression: '#pk = :pk AND begins_with(#sk, :prefix)',
    ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY },
    ExpressionAttributeValues: { ':pk': subjectKey(community), ':prefix': MEMBER_PREFIX },
  });
  return (await collect(members))
    .map((item) => ({ id: memberIdOf(String(item[SORT_KEY])), ts: Number(item.ts ?? 0) }))
    .sort((a, b) => a.ts - b.ts || compareText(a.id, b.id))
    .map(({ id }) => id);
}

/** Maximum members in a description. The community may have more. */
const LISTED = 1000;

/** Number of communities that are described concurrently. */
const AT_ONCE = 25;

function description(id: string, head: Head, members: string[]): Description {
  const { owner, attributes, ts } = head;
  const admins = adminsOf(head);
  return {
    id,
    ...(owner !== undefined && { owner }),
    ...(admins.length > 0 && { admins }),
    members: members.slice(0, LISTED),
    attributes,
    ts,
  };
}

/**
 * Describes a community whose head was read.
 * @param members the members in id order; read if omitted
 */
export async function describeHead(community: Community, found: Head, members?: string[]): Promise<Description> {
  return description(community.id, found, members ?? (await membersOf(community, LISTED)));
}

/** Describes communities in the given order. Omits those that do not exist. */
export async function describeCommunities(
  app: string,
  kind: Community['kind'],
  ids: readonly string[],
): Promise<Description[]> {
  const descriptions: Description[] = [];
  for (let n = 0; n < ids.length; n += AT_ONCE) {
    const some = ids.slice(n, n + AT_ONCE).map((id): Community => ({ app, kind, id }));
    const [heads, members] = await Promise.all([
      lookup(some.map(communityHead)),
      Promise.all(some.map((community) => membersOf(community, LISTED))),
    ]);
    for (const [n, { id }] of some.entries()) {
      const found = heads[n];
      if (!found) continue;
      descriptions.push(description(id, found, members[n] ?? []));
    }
  }
  return descriptions;
}

/** The ids of the groups or rooms of a user, with one query. They include those whose deletion is in progress. */
export async function membershipsOf(app: string, kind: Community['kind'], userId: string): Promise<string[]> {
  const prefix = subjectKey({ app, kind, id: '' });
  const memberships = query({
    TableName: table,
    IndexName: MEMBERSHIP_INDEX.name,
    KeyConditionExpression: '#member = :member AND begins_with(#pk, :prefix)',
    ExpressionAttributeNames: { '#member': MEMBERSHIP_INDEX.member, '#pk': PARTITION_KEY },
    ExpressionAttributeValues: { ':member': subjectKey({ app, kind: 'user', id: userId }), ':prefix': prefix },
  });
  return (await collect(memberships)).map((item) => String(item[PARTITION_KEY]).slice(prefix.length));
}

/** The number of members of each group or room of a user, by id. */
export async function sizesOf(app: string, kind: Community['kind'], userId: string): Promise<Map<string, number>> {
  const ids = await membershipsOf(app, kind, userId);
  const heads = await lookup(ids.map((id) => communityHead({ app, kind, id })));
  return new Map(
    ids.flatMap((id, n) => {
      const found = heads[n];
      return found ? [[id, found.members] as const] : [];
    }),
  );
}

/** The ids of the groups or rooms of a user. */
export async function communitiesOf(app: string, kind: Community['kind'], userId: string): Promise<string[]> {
  return [...(await sizesOf(app, kind, userId)).keys()];
}
