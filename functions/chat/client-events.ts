import type * as z from 'zod/mini';
import { EditInput, ReactInput, RecallInput } from './change-input.ts';
import { ReadInput } from './read-input.ts';
import { SayInput } from './say-input.ts';
import { SignalInput } from './signal-input.ts';

/** The one argument of each event that clients send, by the event's name; null when it has none. */
export const CLIENT_EVENTS = {
  say: SayInput,
  read: ReadInput,
  edit: EditInput,
  recall: RecallInput,
  react: ReactInput,
  signal: SignalInput,
  background: null,
  foreground: null,
} as const satisfies Record<string, z.ZodMiniType | null>;

export type ClientEvent = keyof typeof CLIENT_EVENTS;

export const isClientEvent = (name: string): name is ClientEvent => Object.hasOwn(CLIENT_EVENTS, name);
