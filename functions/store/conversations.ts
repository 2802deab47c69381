import * as z from 'zod/mini';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { storedKind } from './keys.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

const retentionDays = z
  .pipe(
    z.object({ friend: z.number(), group: z.number(), stranger: z.number(), passenger: z.number() }),
    // The configuration uses MaxIM's term for visitors.
    z.transform(({ passenger, ...others }) => ({ ...others, visitor: passenger })),
  )
  .parse(JSON.parse(requireEnv(ENV.retentionDays)));

export type ConversationKind = keyof typeof retentionDays;

/** Retention of a kind of conversation, in milliseconds. */
export const retentionMs = (kind: ConversationKind): number => retentionDays[kind] * DAY_MS;

/** When an item of a conversation expires whose message or event has this time: epoch seconds, from epoch ms. */
export const expiryOf = ({ kind }: Pick<Conversation, 'kind'>, ts: number): number =>
  Math.ceil((ts + retentionMs(kind)) / 1000);

/**
 * A conversation: two participants and their relation, or a group. The same two participants have one history per kind.
 * Of a visitor and a user, the visitor comes first.
 */
export interface Conversation {
  readonly app: string;
  readonly kind: ConversationKind;
  readonly between: readonly string[];
}

/**
 * The partition of a conversation. For friends and strangers the order of the ids does not matter. For visitors it
 * does, because a visitor and a user may have the same id.
 */
export function conversationKey({ app, kind, between }: Conversation): string {
  return [app, storedKind(kind), ...(kind === 'visitor' ? between : [...between].sort())].join('#');
}
