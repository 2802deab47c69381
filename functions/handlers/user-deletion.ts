import { deleteUser } from '../chat/delete-user.ts';
import { enqueueUserDeletion, UserDeletionJob } from '../jobs/user-deletion.ts';
import { addLogContext, observed } from '../observe/observed.ts';

/** The longest part of a step takes less. */
const RESERVE_MS = 60_000;

/** Deletes a user with all data. Before it runs out of time, it invokes itself again. */
export const handler = observed(async (event: unknown, context): Promise<void> => {
  const { app, user } = UserDeletionJob.parse(event);
  addLogContext({ app });
  const hasTime = () => context.getRemainingTimeInMillis() > RESERVE_MS;
  if (!(await deleteUser({ app, kind: 'user', id: user }, hasTime))) await enqueueUserDeletion({ app, user });
});
