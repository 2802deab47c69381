import { randomBytes } from 'node:crypto';

const SID = /^poll_[\w-]{22}$/;

/** The id of a session that starts with long-polling. It must be hard to guess. */
export const newSid = () => `poll_${randomBytes(16).toString('base64url')}`;

/** Whether a text can be the id of a session that started with long-polling. */
export const isSid = (text: string) => SID.test(text);
