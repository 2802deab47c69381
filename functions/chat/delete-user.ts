import { changeAccount } from '../accounts/change.ts';
import { endSessions } from '../accounts/log-out.ts';
import type { Principal } from '../shared/principal.ts';
import { findAccount } from '../store/accounts.ts';
import { dropFromIndex } from '../store/attributes.ts';
import { removeBlocksOf } from '../store/blocks.ts';
import { removeFlaggedOf } from '../store/flagged.ts';
import { unbindAll } from '../store/installations.ts';
import { deleteRequests, type RelationRequest } from '../store/requests.ts';
import { markDeleted } from '../store/standing.ts';
import { findDeletion, STEPS, type Step, saveDeletion, type UserDeletion } from '../store/user-deletions.ts';
import { deleteItemsOf } from '../store/user-items.ts';
import { removeFromGroups, removeFromRooms } from '../store/user-messages.ts';
import { noticeAnswer } from './change-notices.ts';
import { eraseConversations } from './erase-conversations.ts';
import { kickAll } from './kick.ts';
import { leaveAll } from './leave-communities.ts';

/** What a part of a step came to. */
interface Progress {
  readonly counts?: Partial<UserDeletion['counts']>;
  /** Where the step continues, if it is not done. */
  readonly cursor?: Record<string, unknown> | undefined;
  readonly done: boolean;
}

/** Does a part of a step, or all of it. Safe to repeat. */
type StepAction = (user: Principal, deletion: UserDeletion, hasTime: () => boolean) => Promise<Progress>;

const ACTIONS: Record<Step, StepAction> = { access, messages, rooms, relations, conversations, communities, profile };

/**
 * Deletes a user with all data, from where an earlier call stopped.
 * @param hasTime whether to start another part
 * @returns whether all is done
 */
export async function deleteUser(user: Principal, hasTime: () => boolean): Promise<boolean> {
  let deletion = await findDeletion(user.app, user.id);
  while (deletion?.step !== undefined) {
    if (!hasTime()) return false;
    const progress: Progress = await ACTIONS[deletion.step](user, deletion, hasTime);
    deletion = advance(deletion, progress, Date.now());
    await saveDeletion(user.app, user.id, deletion);
  }
  return true;
}

function advance(deletion: UserDeletion, { counts = {}, cursor, done }: Progress, now: number): UserDeletion {
  const { step, cursor: _, ...kept } = deletion;
  const next = done && step !== undefined ? STEPS[STEPS.indexOf(step) + 1] : step;
  const add = (name: keyof UserDeletion['counts']) => deletion.counts[name] + (counts[name] ?? 0);
  return {
    ...kept,
    ...(next ? { step: next } : { finished: now }),
    ...(!done && cursor && { cursor }),
    updated: now,
    counts: {
      messages: add('messages'),
      conversations: add('conversations'),
      groups: add('groups'),
      rooms: add('rooms'),
    },
  };
}

async function access(user: Principal): Promise<Progress> {
  const now = Date.now();
  await markDeleted(user, now);
  if (await findAccount(user.app, user.id)) await changeAccount(user.app, user.id, () => undefined);
  await endSessions(user, now);
  await kickAll(user, { reason: 'deleted' });
  await unbindAll(user);
  return { done: true };
}

async function messages(user: Principal, deletion: UserDeletion): Promise<Progress> {
  const { removed, invitations, next } = await removeFromGroups(user, deletion.messages, deletion.cursor);
  await noticeCancelled(user.app, invitations);
  return { counts: { messages: removed }, cursor: next, done: next === undefined };
}

async function rooms(user: Principal, { cursor }: UserDeletion): Promise<Progress> {
  const { next } = await removeFromRooms(user, cursor);
  return { cursor: next, done: next === undefined };
}

/** Ends requests before friendships, so that nobody accepts one meanwhile. */
async function relations(user: Principal): Promise<Progress> {
  await noticeCancelled(user.app, await deleteRequests(user));
  await removeBlocksOf(user);
  return { done: true };
}

async function noticeCancelled(app: string, requests: readonly RelationRequest[]): Promise<void> {
  for (const request of requests) await noticeAnswer(app, request, 'cancelled');
}

async function conversations(user: Principal, _: UserDeletion, hasTime: () => boolean): Promise<Progress> {
  const { erased, done } = await eraseConversations(user, hasTime);
  return { counts: { conversations: erased }, done };
}

async function communities(user: Principal, _: UserDeletion, hasTime: () => boolean): Promise<Progress> {
  const groups = await leaveAll(user, 'group', hasTime);
  const rooms = await leaveAll(user, 'room', hasTime);
  return { counts: { groups: groups.left, rooms: rooms.left }, done: groups.done && rooms.done };
}

async function profile(user: Principal): Promise<Progress> {
  await removeFlaggedOf(user.app, user.id);
  await dropFromIndex({ ...user, kind: 'user' });
  await deleteItemsOf(user);
  return { done: true };
}
