import type { Principal } from '../shared/principal.ts';
import type { ContactWithMessage } from '../store/contacts.ts';
import type { Conversation } from '../store/conversations.ts';

/** The contacts that a message to a stranger or visitor creates or renews, for both sides. None in other conversations. */
export function contactsOfConversation(
  { app, kind, id }: Principal,
  other: string,
  conversation: Pick<Conversation, 'kind'> | undefined,
): ContactWithMessage[] {
  const of = conversation?.kind;
  if (of !== 'stranger' && of !== 'visitor') return [];
  const otherKind = of === 'visitor' && kind === 'user' ? 'visitor' : 'user';
  return [
    { owner: { app, kind, id }, other, kind: of, direction: 'sent' },
    { owner: { app, kind: otherKind, id: other }, other: id, kind: of, direction: 'received' },
  ];
}
