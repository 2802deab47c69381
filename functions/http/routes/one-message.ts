import { ChatError, ERROR } from '../../shared/errors.ts';
import type { Conversation } from '../../store/conversations.ts';
import { lookup } from '../../store/dynamo.ts';
import { messageWithId } from '../../store/messages.ts';

/**
 * Reads one message of a conversation.
 * @param since older messages are hidden, epoch ms. @default none
 * @throws ChatError 5004 when it does not exist or has expired
 */
export async function oneMessage(conversation: Conversation, id: string, now: number, since = 0) {
  const [found] = await lookup([messageWithId(conversation, id, now)], { consistent: true });
  if (!found || found.ts < since)
    throw new ChatError(ERROR.notFound, `messageId: there is no message ${id} in this conversation`);
  return found;
}
