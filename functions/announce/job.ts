import * as z from 'zod/mini';

const User = z.object({ app: z.string(), kind: z.literal('user'), id: z.string() });

/** Somebody has come online or gone offline, and others are to be told. */
export const AnnounceJob = z.discriminatedUnion('kind', [
  /** `online`, to these connections of his friends. */
  z.object({ kind: z.literal('online'), user: User, connectionIds: z.array(z.string()) }),
  /** `online_x`, to everybody but the connection by which he came. */
  z.object({ kind: z.literal('online_x'), user: User, except: z.string() }),
  /** His last connection went at that moment (epoch ms); if he does not come back, that is to be told. */
  z.object({ kind: z.literal('left'), user: User, left: z.number() }),
]);
export type AnnounceJob = z.output<typeof AnnounceJob>;
