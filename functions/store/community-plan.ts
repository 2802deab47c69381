import { MEMBERSHIP_INDEX, PARTITION_KEY } from '../shared/constants.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import { type Community, memberKey } from './community-keys.ts';
import { headKey, subjectKey } from './keys.ts';
import { MAX_WRITES, type Plan, type Write } from './transact.ts';

/** Who is to join and leave, and who is to own the group from now on. */
export interface MemberChange {
  readonly join?: readonly string[];
  readonly leave?: readonly string[];
  readonly owner?: string | undefined;
}

/** What a plan depends on besides the community: the table, the member limit, and the time of the change (epoch ms). */
export interface PlanContext {
  readonly table: string;
  readonly limit: number;
  readonly now: number;
}

/** What was read of a community: its head, and those of its members that the change concerns. */
export interface CommunityState<H extends CommunityHead = CommunityHead> {
  readonly head: H;
  readonly members: ReadonlySet<string>;
}

export interface CommunityHead {
  readonly owner?: string | undefined;
  /** How many members there are. */
  readonly members: number;
}

/**
 * The writes by which a community changes. Who is a member already stays one; who is none, too. As many changes as fit are
 * one transaction. More are several: the new owner comes first, then those who leave, then those who join, so that in
 * between neither is the limit exceeded nor the group without an owner.
 * @returns the transactions, none when nothing changes, and the head as it is afterwards
 * @throws ChatError 5008 when the members would be too many, 5009 when the owner would leave
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
 * The transaction by which a community comes to exist, with as many of its members as fit.
 * @param item what its head holds besides
 * @param index the writes that list its attributes in the index
 * @returns the transaction, and what is stored by it
 * @throws ChatError 5008 when the members are too many
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

/** The write of the head that goes with some steps: only on condition that they are still possible. */
function headUpdate(community: Community, steps: readonly Step[], owners: Owners, context: PlanContext): Write {
  const leaves = steps.filter(({ joins }) => !joins).length;
  const growth = steps.length - 2 * leaves;
  const { before, after } = owners;
  const changesOwner = after !== before;
  const readsOwner = changesOwner || leaves > 0;
  const conditions = [
    'attribute_exists(#pk) AND attribute_not_exists(deleted)',
    // The count is compared with the limit only, so that many who join at once do not undo one another's attempts.
    ...(growth > 0 ? ['members <= :room'] : []),
    ...(readsOwner ? [before === undefined ? 'attribute_not_exists(#owner)' : '#owner = :before'] : []),
  ];
  return {
    Update: {
      TableName: context.table,
      Key: headKey(community),
      UpdateExpression: `SET members = members + :growth, counted = :now${changesOwner ? ', #owner = :after' : ''}`,
      ConditionExpression: conditions.join(' AND '),
      ExpressionAttributeNames: { '#pk': PARTITION_KEY, ...(readsOwner && { '#owner': 'owner' }) },
      ExpressionAttributeValues: {
        ':growth': growth,
        ':now': context.now,
        ...(growth > 0 && { ':room': context.limit - growth }),
        ...(readsOwner && before !== undefined && { ':before': before }),
        ...(changesOwner && { ':after': after }),
      },
    },
  };
}

/** The write of one membership: only on condition that it is not so yet. */
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
  return new ChatError(
    ERROR.memberLimit,
    `The ${kind} ${id} would have more than ${limit} members, the most there can be`,
  );
}

function ownerStays(owner: string): ChatError {
  return new ChatError(
    ERROR.unsupported,
    `${owner} owns the group and cannot leave it; make somebody else the owner first`,
  );
}
