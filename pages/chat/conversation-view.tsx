import type { Conversation } from 'macaw-client';
import { useConversation, useMessages, usePresence, useTyping } from 'macaw-client/react';
import { useEffect, useRef, useState } from 'react';
import { useTask } from '../shared/task.ts';
import { Avatar } from './avatar.tsx';
import { Composer } from './composer.tsx';
import { ConversationMenu } from './conversation-menu.tsx';
import type { Draft, SetDraft } from './draft.ts';
import { useGroups, useName } from './groups.tsx';
import { BackIcon } from './icons.tsx';
import { useTexts } from './language.ts';
import { MessageView } from './message-view.tsx';
import { addressOf, unselect } from './selection.ts';

interface ConversationProps {
  readonly conversation: Conversation;
}

/** A conversation: who it is with, its messages, and the form to write one. */
export function ConversationView({ conversation }: ConversationProps) {
  useReading(conversation);
  const [draft, setDraft] = useState<Draft>();
  return (
    <main className="pane">
      <Heading conversation={conversation} />
      <MessageList conversation={conversation} setDraft={setDraft} />
      <Typing conversation={conversation} />
      <Composer conversation={conversation} draft={draft} setDraft={setDraft} />
    </main>
  );
}

function Heading({ conversation }: ConversationProps) {
  const texts = useTexts();
  const name = useName(conversation);
  const isOnline = usePresence(conversation.id);
  const group = useGroups().find(({ id }) => id === conversation.id);
  const presence = isOnline === undefined ? '' : isOnline ? texts.online : texts.away;
  const back = () => {
    unselect();
    // The list becomes visible with the next paint.
    requestAnimationFrame(() => {
      document.querySelector<HTMLElement>(`.lists a[href="${addressOf(conversation)}"]`)?.focus();
    });
  };
  return (
    <header className="bar">
      <button type="button" className="quiet back" aria-label={texts.back} onClick={back}>
        <BackIcon />
      </button>
      <Avatar id={name} isOnline={isOnline} />
      <div className="entry-text">
        <h1>{name}</h1>
        <p className="entry-detail muted" title={group?.members.join(', ')}>
          {conversation.kind === 'group' ? group && texts.members(group.members.length) : presence}
        </p>
      </div>
      <ConversationMenu conversation={conversation} />
    </header>
  );
}

/** Who is writing. Screen readers announce it. */
function Typing({ conversation }: ConversationProps) {
  const texts = useTexts();
  const users = useTyping(conversation);
  return (
    <p role="status" className="typing muted">
      {users.length > 0 && texts.typing(users.join(', '))}
    </p>
  );
}

function MessageList({ conversation, setDraft }: ConversationProps & { readonly setDraft: SetDraft }) {
  const texts = useTexts();
  const { messages, hasEarlier, loadEarlier } = useMessages(conversation);
  const { run, isBusy, error } = useTask(async () => void (await loadEarlier()));
  return (
    // The CSS lays it out from the end, so that it stays there when messages are added on either side.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboards must be able to scroll it.
    <div className="messages" role="log" aria-label={texts.messages} tabIndex={0}>
      <ol>
        {messages.map((message) => (
          <MessageView key={message.key} conversation={conversation} message={message} setDraft={setDraft} />
        ))}
      </ol>
      {messages.length === 0 && !hasEarlier && <p className="muted hint">{texts.noMessages}</p>}
      {messages.length > 0 && hasEarlier && (
        <button type="button" disabled={isBusy} onClick={run}>
          {texts.earlier}
        </button>
      )}
      <p role="alert" className="error">
        {error && texts.failed(error)}
      </p>
    </div>
  );
}

/** Marks messages as read while the user sees them: the tab is visible. */
function useReading(conversation: Conversation): void {
  const { unread, messages } = useConversation(conversation);
  const newest = messages.at(-1)?.key;
  const wasRead = useRef<string>(undefined);
  useEffect(() => {
    const read = () => {
      if (document.visibilityState !== 'visible' || (unread === 0 && wasRead.current === newest)) return;
      wasRead.current = newest;
      conversation.markRead();
    };
    read();
    document.addEventListener('visibilitychange', read);
    return () => document.removeEventListener('visibilitychange', read);
  }, [conversation, unread, newest]);
}
