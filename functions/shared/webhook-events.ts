/** What a webhook can receive after it happened. */
export const AFTER = [
  'message.sent',
  'message.edited',
  'message.recalled',
  'message.reacted',
  'message.read',
  'presence.online',
  'presence.offline',
  'friend.added',
  'friend.removed',
  'member.joined',
  'member.left',
  'push.failed',
] as const;
export type After = (typeof AFTER)[number];

/** What a webhook can decide on before it happens. */
export const BEFORE = ['message', 'login', 'befriend', 'join'] as const;
export type Before = (typeof BEFORE)[number];

/** One event for webhooks. */
export interface WebhookEvent {
  /** The same each time the event is delivered. */
  readonly id: string;
  readonly type: After | 'webhook.test';
  /** When it happened, epoch ms. */
  readonly ts: number;
  readonly data: Readonly<Record<string, unknown>>;
}
