import { expect, vi } from 'vitest';
import type { ChaosUser } from './user.ts';
import type { Circle } from './world.ts';

/** Slow machines post late. */
const PATIENCE = { timeout: 20_000, interval: 100 };

/** All users of a circle are connected, and know that of each other. One after the other leaves and returns. */
export async function checkPresence(circle: Circle, everybody: readonly ChaosUser[]): Promise<void> {
  const { users } = circle;
  const expectFriends = (user: ChaosUser, online: boolean) =>
    vi.waitFor(() => {
      for (const other of users.filter((one) => one !== user && circle.areFriends(one, user)))
        expect(other.presence.friends.get(user.id), `${other.id} sees ${user.id} online`).toBe(online);
    }, PATIENCE);
  for (const user of users) await expectFriends(user, true);
  const [announced, ...others] = users;
  for (const user of [announced, others[0]]) {
    if (!user) continue;
    const expectAll = async (online: boolean) => {
      await expectFriends(user, online);
      if (user !== announced) return;
      await vi.waitFor(() => {
        for (const other of everybody.filter((one) => one !== user && one.isConnected))
          expect(other.presence.everybody.get(user.id), `${other.id} learns of ${user.id}`).toBe(online);
      }, PATIENCE);
    };
    user.cut();
    await expectAll(false);
    await user.connect();
    await expectAll(true);
  }
}
