import { deleteUser } from '../chat/delete-user.ts';
import { UserDeletionJob } from '../jobs/user-deletion.ts';
import { addLogContext, observed } from '../observe/observed.ts';

/** The longest part of a step takes less. */
const RESERVE_MS = 60_000;

/** Deletes a user with all data. If the time is not enough, it fails, and Lambda runs it again: it continues there. */
export const handler = observed(async (event: unknown, context): Promise<void> => {
  const { app, user } = UserDeletionJob.parse(event);
  addLogContext({ app });
  const hasTime = () => context.getRemainingTimeInMillis() > RESERVE_MS;
  const done = await deleteUser({ app, kind: 'user', id: user }, hasTime);
  if (!done) throw new Error('The time was not enough to delete the user; the next run continues');
});
