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
 * Adds and removes members, and changes the owner of a group; see {@link planChange}.
 * @returns the head after the change
 * @throws ChatError 5004 when the community or a user does not exist, 5008 for too many members, 5009 when the owner
 * would leave: then nothing was changed
 */
export async function changeMembers(
  community: Community,
  change: MemberChange,
  { limit, now }: ChangeOptions,
): Promise<Head> {
  const { join = [], leave = [], owner } = change;
  const joining = owner === undefined ? join : [owner, ...join];
  await checkUsers(community.app, joining);
  if (owner === undefined && join.length + leave.length <= FEW_MEMBERS && !(join.length > 0 && leave.length > 0)) {
    const { head: found, members } = await readState(community, [...join, ...leave]);
    const joins = [...new Set(join)].filter((user) => !members.has(user));
    const leaves = [...new Set(leave)].filter((user) => members.has(user));
    if (joins.length > 0) await joinCommunity(community, joins, limit, now);
    if (leaves.length === 0) return { ...found, members: found.members + joins.length };
    if (found.owner === undefined) {
      await leaveCommunity(community, leaves);
      return { ...found, members: found.members - leaves.length };
    }
  }
  return commit(async () => {
    const state = await readState(community, [...joining, ...leave]);
    return planChange(community, state, change, { table, limit, now });
  }, busy(community));
}

/**
 * Replaces the members of a community. The owner stays a member.
 * @returns the community after the change
 * @throws as {@link changeMembers} does
 */
export async function replaceMembers(
  community: Community,
  { owner, members }: { owner?: string | undefined; members: readonly string[] },
  { limit, now }: ChangeOptions,
): Promise<Description> {
  await checkUsers(community.app, owner === undefined ? members : [owner, ...members]);
  let wanted = new Set<string>();
  const changed = await commit(async () => {
    const [[found], present] = await Promise.all([lookup([communityHead(community)]), membersOf(community)]);
    if (!found) throw unknownCommunity(community);
    const stays = owner ?? found.owner;
    wanted = new Set(stays === undefined ? members : [...members, stays]);
    const change = { owner, join: [...wanted], leave: present.filter((user) => !wanted.has(user)) };
    return planChange(community, { head: found, members: new Set(present) }, change, { table, limit, now });
  }, busy(community));
  return describeHead(community, changed, [...wanted].sort(compareText));
}

/** Reads the head, and which of some users are members. @throws ChatError 5004 when the community does not exist */
async function readState(community: Community, userIds: readonly string[]): Promise<CommunityState<Head>> {
  const named = [...new Set(userIds)];
  const [found, ...memberships] = await lookup([
    communityHead(community),
    ...named.map((user) => membership(community, user)),
  ]);
  if (!found) throw unknownCommunity(community);
  return { head: found, members: new Set(named.filter((_, n) => memberships[n])) };
}

async function checkUsers(app: string, userIds: readonly string[]): Promise<void> {
  const found = await lookup(userIds.map((id) => profile({ app, kind: 'user', id })));
  const unknown = userIds.find((_, n) => !found[n]);
  if (unknown !== undefined) throw new ChatError(ERROR.notFound, `There is no user ${unknown}`);
}

const busy = ({ kind, id }: Community) => `Too many requests change ${kind} ${id}`;
