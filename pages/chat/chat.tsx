import { useConnection, useConversations, useMacaw } from 'macaw-client/react';
import { useEffect, useState } from 'react';
import { ConversationView } from './conversation-view.tsx';
import { useTexts } from './language.ts';
import { previewOf } from './message-content.tsx';
import { useSelection } from './selection.ts';
import { Sidebar } from './sidebar.tsx';

/** The page of a user who is logged in: a list of conversations, and one of them. A phone shows one of the two. */
export function Chat({ onSignOut }: { onSignOut: () => void }) {
  const texts = useTexts();
  const selection = useSelection();
  const client = useMacaw();
  useUnreadTitle();
  return (
    <div className="chat" data-shows={selection ? 'conversation' : 'list'}>
      <ConnectionBanner />
      <Sidebar selection={selection} onSignOut={onSignOut} />
      {selection ? (
        <ConversationView
          key={`${selection.kind}/${selection.id}`}
          conversation={client.conversation(selection.kind, selection.id)}
        />
      ) : (
        <main className="pane empty">
          <p className="muted">{texts.choose}</p>
        </main>
      )}
      <Announcer />
    </div>
  );
}

/** Says when the connection is lost, or why the server ended it. */
function ConnectionBanner() {
  const texts = useTexts();
  const { status, error } = useConnection();
  const text =
    status === 'refused'
      ? (error?.message ?? '')
      : status === 'offline'
        ? texts.offline
        : status === 'online'
          ? ''
          : texts.connecting;
  return (
    <p role="status" className="banner">
      {text}
    </p>
  );
}

/** Reads new messages of other conversations to users of screen readers. The list of messages announces its own. */
function Announcer() {
  const texts = useTexts();
  const client = useMacaw();
  const selection = useSelection();
  const [news, setNews] = useState('');
  useEffect(
    () =>
      client.on('message', (message) => {
        const isOnDisplay = message.kind === selection?.kind && message.to === selection.id;
        if (!message.mine && !isOnDisplay) setNews(texts.newMessage(message.from, previewOf(message, texts)));
      }),
    [client, selection?.kind, selection?.id, texts],
  );
  return (
    <p role="status" className="hidden">
      {news}
    </p>
  );
}

/** Shows the number of unread messages in the title of the tab. */
function useUnreadTitle(): void {
  const unread = useConversations().reduce((sum, conversation) => sum + conversation.unread, 0);
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Macaw Chat` : 'Macaw Chat';
  }, [unread]);
}
