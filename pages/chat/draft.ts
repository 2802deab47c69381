import type { Message } from 'macaw-client';

/** What the user writes: an answer to a message, or a new text of one. Undefined for a message of its own. */
export interface Draft {
  readonly for: 'reply' | 'edit';
  readonly message: Message;
}

export type SetDraft = (draft: Draft | undefined) => void;
