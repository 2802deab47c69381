import { randomUUID } from 'node:crypto';
import { checkAttributes } from '../attributes/limits.ts';
import { compareText } from '../attributes/text.ts';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import { indexChanges } from './attribute-index.ts';
import {
  communityHead,
  type Description,
  describeHead,
  type Head,
  membership,
  membersOf,
  unknownCommunity,
} from './communities.ts';
import { FEW_MEMBERS, join as joinCommunity, leave as leaveCommunity } from './community-joins.ts';
import type { Community } from './community-keys.ts';
import { type CommunityState, type MemberChange, planChange, planCreation } from './community-plan.ts';
import { lookup } from './dynamo.ts';
import { directoryEntry } from './keys.ts';
import { profile } from './profiles.ts';
import { commit, transact } from './transact.ts';

const table = requireEnv(ENV.coreTable);

/** The member limit, and the time of the change in epoch ms. */
export interface ChangeOptions {
  readonly limit: number;
  readonly now: number;
}

/** What a change came to; who was a member already has not joined, and who was none has not left. */
export interface MembersChanged {
  readonly head: Head;
  readonly joined: readonly string[];
  readonly left: readonly string[];
  readonly hasNewOwner: boolean;
}

/**
 * Creates a community with members and attributes.
 * @throws ChatError 5004 for an unknown user, 5008 for too many members, 5010 for attributes above a limit: then
 * nothing was created
 */
export async function createCommunity(
  app: string,
  kind: Community['kind'],
  { join = [], owner, attributes = {} }: MemberChange & { attributes?: Record<string, unknown> },
  { limit, now }: ChangeOptions,
): Promise<Community> {
  const community: Community = { app, kind, id: randomUUID().replaceAll('-', '') };
  const members = [...new Set(owner === undefined ? join : [owner, ...join])];
  const context = { table, limit, now };
  const index = indexChanges(community, {}, checkAttributes(attributes));
  const item = { ...directoryEntry(community), ts: now, owner, attributes: JSON.stringify(attributes) };
  const { transaction, state } = planCreation(community, { members, item, index }, context);
  await checkUsers(app, members);
  await transact(transaction);
  let known: CommunityState | undefined = state;
  await commit(async () => {
    const found = known ?? (await readState(community, members));
    // The planned state is valid for the first attempt only. Later attempts read the current state.
    known = undefined;
    return planChange(community, found, { join: members }, context);
  }, busy(community));
  return community;
}

/**
 * Lets users join and leave, and gives a group another owner; see {@link planChange}.
 * @throws ChatError 5004 when the community or a user does not exist, 5008 when they would be too many,
 *   5009 when the owner would leave: then nothing was changed
 */
export async function changeMembers(
  community: Community,
  change: MemberChange,
  { limit, now }: ChangeOptions,
): Promise<MembersChanged> {
  const { join = [], leave = [], owner } = change;
  const joining = owner === undefined ? join : [owner, ...join];
  await checkUsers(community.app, joining);
  if (owner === undefined && join.length + leave.length <= FEW_MEMBERS && !(join.length > 0 && leave.length > 0)) {
    const { head: found, members } = await readState(community, [...join, ...leave]);
    const joins = [...new Set(join)].filter((user) => !members.has(user));
    const leaves = [...new Set(leave)].filter((user) => members.has(user));
    const joined = joins.length > 0 ? await joinCommunity(community, joins, limit, now) : [];
    const unchanged = { joined, left: [], hasNewOwner: false };
    if (leaves.length === 0) return { ...unchanged, head: { ...found, members: found.members + joins.length } };
    if (found.owner === undefined) {
      const left = await leaveCommunity(community, leaves);
      return { ...unchanged, left, head: { ...found, members: found.members - leaves.length } };
    }
  }
  const effect = new Effect();
  const head = await commit(async () => {
    const state = await readState(community, [...joining, ...leave]);
    effect.add(state, change);
    return planChange(community, state, change, { table, limit, now });
  }, busy(community));
  return { head, ...effect.result };
}

/** Who joins and leaves by a change whose plan is made again, when some of it is done already. */
class Effect {
  readonly #joined = new Set<string>();
  readonly #left = new Set<string>();
  #hasNewOwner = false;

  /** Adds what is still to be done. */
  add({ head, members }: CommunityState, { join = [], leave = [], owner }: MemberChange): void {
    const wanted = owner === undefined ? join : [owner, ...join];
    for (const user of wanted) if (!members.has(user)) this.#joined.add(user);
    for (const user of leave) if (members.has(user)) this.#left.add(user);
    this.#hasNewOwner ||= owner !== undefined && owner !== head.owner;
  }

  get result() {
    return { joined: [...this.#joined], left: [...this.#left], hasNewOwner: this.#hasNewOwner };
  }
}

/**
 * Makes just these users, and the owner, the members of a community.
 * @returns besides, the community as it is then
 * @throws as {@link changeMembers} does
 */
export async function replaceMembers(
  community: Community,
  { owner, members }: { owner?: string | undefined; members: readonly string[] },
  { limit, now }: ChangeOptions,
): Promise<MembersChanged & { description: Description }> {
  await checkUsers(community.app, owner === undefined ? members : [owner, ...members]);
  let wanted = new Set<string>();
  const effect = new Effect();
  const head = await commit(async () => {
    const [[found], present] = await Promise.all([
      lookup([communityHead(community)], { consistent: true }),
      membersOf(community, undefined, { consistent: true }),
    ]);
    if (!found) throw unknownCommunity(community);
    const stays = owner ?? found.owner;
    wanted = new Set(stays === undefined ? members : [...members, stays]);
    const change = { owner, join: [...wanted], leave: present.filter((user) => !wanted.has(user)) };
    const state = { head: found, members: new Set(present) };
    effect.add(state, change);
    return planChange(community, state, change, { table, limit, now });
  }, busy(community));
  const description = await describeHead(community, head, [...wanted].sort(compareText));
  return { head, ...effect.result, description };
}

/**
 * Reads the head, and which of some users are members, with strong consistency: what is there already is not written again.
 * @throws ChatError 5004 when the community does not exist
 */
async function readState(community: Community, userIds: readonly string[]): Promise<CommunityState<Head>> {
  const named = [...new Set(userIds)];
  const [found, ...memberships] = await lookup(
    [communityHead(community), ...named.map((user) => membership(community, user))],
    { consistent: true },
  );
  if (!found) throw unknownCommunity(community);
  return { head: found, members: new Set(named.filter((_, n) => memberships[n])) };
}

async function checkUsers(app: string, userIds: readonly string[]): Promise<void> {
  const found = await lookup(
    userIds.map((id) => profile({ app, kind: 'user', id })),
    { consistent: true },
  );
  const unknown = userIds.find((_, n) => !found[n]);
  if (unknown !== undefined) throw new ChatError(ERROR.notFound, `There is no user ${unknown}`);
}

const busy = ({ kind, id }: Community) => `Too many requests change ${kind} ${id}`;
