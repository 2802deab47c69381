import type { Principal } from '../shared/principal.ts';
import { findApp } from './apps.ts';
import type { Conversation } from './conversations.ts';
import { lookup } from './dynamo.ts';
import { positionOf } from './positions.ts';

/**
 * The times since which a principal sees the messages of conversations, in epoch ms. It reads positions only if the
 * application hides older messages from new members of groups.
 */
export async function visibleSince(viewer: Principal, conversations: readonly Conversation[]): Promise<number[]> {
  const app = await findApp(viewer.app);
  const groups = app?.historyForNewMembers === false ? conversations.filter(({ kind }) => kind === 'group') : [];
  const positions = await lookup(groups.map((group) => positionOf(group, viewer)));
  const since = new Map(groups.map((group, n) => [group, positions[n]?.from]));
  return conversations.map((conversation) => since.get(conversation) ?? 0);
}
