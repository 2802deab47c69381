import { MEMBERSHIP_INDEX, PARTITION_KEY } from '../shared/constants.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import { type Community, memberKey } from './community-keys.ts';
import { headKey, subjectKey } from './keys.ts';
import { MAX_WRITES, type Plan, type Write } from './transact.ts';

/** Users to add and remove, and the new owner of the group. */
export interface MemberChange {
  readonly join?: readonly string[];
  readonly leave?: readonly string[];
  readonly owner?: string | undefined;
}

/** The context of a plan: the table, the member limit, and the time of the change in epoch ms. */
export interface PlanContext {
  readonly table: string;
  readonly limit: number;
  readonly now: number;
}

/** The state of a community that was read: its head, and which users of the change are members. */
export interface CommunityState<H extends CommunityHead = CommunityHead> {
  readonly head: H;
  readonly members: ReadonlySet<string>;
}

export interface CommunityHead {
  readonly owner?: string | undefined;
  /** Number of members. */
  readonly members: number;
}

/**
 * Plans the writes of a member change. Adding a member again or removing a non-member has no effect. A small change is
 * one transaction. A large change is several: first the new owner, then removals, then additions. So the limit is never
 * exceeded, and the group always has an owner.
 * @returns the transactions, empty if nothing changes, and the head after them
 * @throws ChatError 5008 when the members exceed the limit, 5009 when the owner would leave
 */
export function planChange<H extends CommunityHead>(
  community: Community,
  { head, members }: CommunityState<H>,
  { join = [], leave = [], owner }: MemberChange,
  context: PlanContext,
): Plan<H> {
  const newOwner = owner ?? head.owner;
  const leaving = [...new Set(leave)].filter((user) => members.has(user));
  if (newOwner !== undefined && leaving.includes(newOwner)) throw ownerStays(newOwner);
  const wanted = new Set(owner === undefined ? join : [owner, ...join]);
  const joining = [...wanted].filter((user) => !members.has(user));
  const growth = joining.length - leaving.length;
  if (growth > 0 && head.members + growth > context.limit) throw tooManyMembers(community, context.limit);

  const steps: Step[] = [
    ...joining.filter((user) => user === owner).map((user) => ({ user, joins: true })),
    ...leaving.map((user) => ({ user, joins: false })),
    ...joining.filter((user) => user !== owner).map((user) => ({ user, joins: true })),
  ];
  const changesOwner = newOwner !== head.owner;
  const parts = steps.length === 0 && changesOwner ? [[]] : chunks(steps, MAX_WRITES - 1);
  return {
    transactions: parts.map((part, n) => {
      const owners = { before: n === 0 ? head.owner : newOwner, after: newOwner };
      return [
        headUpdate(community, part, owners, context),
        ...part.map((step) => memberWrite(community, step, context)),
      ];
    }),
    result: { ...head, ...(newOwner !== undefined && { owner: newOwner }), members: head.members + growth },
  };
}

/**
 * Plans the transaction that creates a community, with as many members as fit.
 * @param item other attributes of the head
 * @param index the index writes for its attributes
 * @returns the transaction, and the state that it stores
 * @throws ChatError 5008 when the members exceed the limit
 */
export function planCreation<H extends object>(
  community: Community,
  { members, item, index }: { members: readonly string[]; item: H; index: readonly Write[] },
  context: PlanContext,
): { transaction: Write[]; state: CommunityState<H & { members: number }> } {
  if (members.length > context.limit) throw tooManyMembers(community, context.limit);
  const first = members.slice(0, MAX_WRITES - 1 - index.length);
  const head = { ...item, members: first.length };
  const joins = first.map((user) => memberWrite(community, { user, joins: true }, context));
  return {
    transaction: [{ Put: { TableName: context.table, Item: { ...headKey(community), ...head } } }, ...index, ...joins],
    state: { head, members: new Set(first) },
  };
}

/** One user who joins or leaves. */
interface Step {
  readonly user: string;
  readonly joins: boolean;
}

interface Owners {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The head write of some steps. Its conditions ensure that the steps are still valid. */
function headUpdate(community: Community, steps: readonly Step[], owners: Owners, context: PlanContext): Write {
  const leaves = steps.filter(({ joins }) => !joins).length;
  const growth = steps.length - 2 * leaves;
  const { before, after } = owners;
  const changesOwner = after !== before;
  const readsOwner = changesOwner || leaves > 0;
  const conditions = [
    'attribute_exists(#pk) AND attribute_not_exists(deleted)',
    // The condition compares the count with the limit only, so that concurrent joins do not fail each other.
    ...(growth > 0 ? ['members <= :room'] : []),
    ...(readsOwner ? [before === undefined ? 'attribute_not_exists(#owner)' : '#owner = :before'] : []),
  ];
  return {
    Update: {
      TableName: context.table,
      Key: headKey(community),
      // Who leaves is no admin any more, also after another join.
      UpdateExpression: `SET members = members + :growth, counted = :now${changesOwner ? ', #owner = :after' : ''}${leaves > 0 ? ' DELETE admins :leaving' : ''}`,
      ConditionExpression: conditions.join(' AND '),
      ExpressionAttributeNames: { '#pk': PARTITION_KEY, ...(readsOwner && { '#owner': 'owner' }) },
      ExpressionAttributeValues: {
        ':growth': growth,
        ':now': context.now,
        ...(growth > 0 && { ':room': context.limit - growth }),
        ...(readsOwner && before !== undefined && { ':before': before }),
        ...(changesOwner && { ':after': after }),
        ...(leaves > 0 && { ':leaving': new Set(steps.filter(({ joins }) => !joins).map(({ user }) => user)) }),
      },
    },
  };
}

/** The write of one membership, on condition that it changes something. */
function memberWrite(community: Community, { user, joins }: Step, { table, now }: PlanContext): Write {
  const key = memberKey(community, user);
  const names = { ExpressionAttributeNames: { '#pk': PARTITION_KEY } };
  if (!joins) return { Delete: { TableName: table, Key: key, ConditionExpression: 'attribute_exists(#pk)', ...names } };
  const member = subjectKey({ app: community.app, kind: 'user', id: user });
  const Item = { ...key, [MEMBERSHIP_INDEX.member]: member, ts: now };
  return { Put: { TableName: table, Item, ConditionExpression: 'attribute_not_exists(#pk)', ...names } };
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, n) => list.slice(n * size, (n + 1) * size));
}

export function tooManyMembers({ kind, id }: Community, limit: number): ChatError {
  return new ChatError(ERROR.memberLimit, `${kind} ${id}: too many members; at most ${limit} are allowed`);
}

function ownerStays(owner: string): ChatError {
  return new ChatError(ERROR.unsupported, `${owner} owns the group and cannot leave it; assign another owner first`);
}
