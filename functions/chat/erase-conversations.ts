import type { Principal } from '../shared/principal.ts';
import { allContacts, type ContactKind, deleteContact } from '../store/contacts.ts';
import { deleteSettingsAbout } from '../store/conversation-settings.ts';
import { conversationWith } from '../store/conversations-of.ts';
import { friendEntries, unfriend } from '../store/friendships.ts';
import { eraseHistory } from '../store/messages.ts';
import { noticeFriends } from './change-notices.ts';

/**
 * Erases the conversations of a deleted user with friends, strangers and visitors, and then what lists each of them. So an
 * interrupted erasure finds the others again.
 * @param hasTime whether to continue
 * @returns how many were erased, and whether those are all
 */
export async function eraseConversations(
  user: Principal,
  hasTime: () => boolean,
): Promise<{ readonly erased: number; readonly done: boolean }> {
  let erased = 0;
  for await (const erase of erasures(user)) {
    if (!hasTime()) return { erased, done: false };
    await erase();
    erased += 1;
  }
  return { erased, done: true };
}

async function* erasures(user: Principal): AsyncGenerator<() => Promise<void>> {
  for (const { id: friend } of await friendEntries(user)) yield () => eraseFriend(user, friend);
  for (const kind of ['stranger', 'visitor'] as const) {
    for (const other of await allContacts(user, kind)) yield () => eraseContact(user, kind, other);
  }
}

async function eraseFriend(user: Principal, friend: string): Promise<void> {
  await deleteSettingsAbout({ ...user, id: friend }, user.id);
  await eraseHistory(conversationWith(user, 'friend', friend));
  if (await unfriend(user, friend)) await noticeFriends(user.app, 'unfriended', user.id, [friend]);
}

async function eraseContact(user: Principal, kind: ContactKind, other: string): Promise<void> {
  await eraseHistory(conversationWith(user, kind, other));
  const peer: Principal = { app: user.app, kind: kind === 'visitor' ? 'visitor' : 'user', id: other };
  if (peer.kind === 'user') await deleteSettingsAbout(peer, user.id);
  await deleteContact(peer, kind, user.id);
  await deleteContact(user, kind, other);
}
