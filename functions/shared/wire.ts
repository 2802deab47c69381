/** The Socket.IO namespace of all chat traffic. */
export const NAMESPACE = '/chat';

/** The relation between sender and receiver, as a number of the wire protocol. */
export const TYPE = { friend: 0, group: 1, room: 2, visitor: 3, stranger: 4 } as const;

export type Type = (typeof TYPE)[keyof typeof TYPE];

/** The kinds of content of a message. The body is the text, the URL of the upload, or JSON text. */
export const MEDIA = { text: 0, image: 1, audio: 2, video: 3, custom: 4, location: 5 } as const;
export const MAX_MEDIA = MEDIA.location;

/** How many users an event names at most: API Gateway takes frames of 128 KB. */
export const MAX_NAMED = 100;

/** API Gateway accepts frames of at most 32 KB, and stock clients send a message as one frame. */
export const MAX_PAYLOAD = 32 * 1024;

/** Why the server disconnects a device. */
export const KICKED = ['banned', 'removed', 'replaced', 'deleted'] as const;
