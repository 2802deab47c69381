/** The Socket.IO namespace of everything MaxIM. */
export const NAMESPACE = '/chat';

/** What a receiver is to the sender, and a sender to the receiver: the numbers of the wire. */
export const TYPE = { friend: 0, group: 1, room: 2, visitor: 3, stranger: 4 } as const;

export type Type = (typeof TYPE)[keyof typeof TYPE];

/** How many users an event names at most: API Gateway takes frames of 128 KB. */
export const MAX_NAMED = 100;
