import { useMacaw, usePresence } from 'macaw-client/react';
import { friends } from 'macaw-client/resources';
import { useState } from 'react';
import { useTask } from '../shared/task.ts';
import { Avatar } from './avatar.tsx';
import { useTexts } from './language.ts';
import { select } from './selection.ts';

interface StartChatProps {
  readonly id: string;
  readonly onDone?: () => void;
}

/** A button that makes somebody a contact, or asks them, and opens the conversation with them. */
export function StartChat({ id, onDone }: StartChatProps) {
  const texts = useTexts();
  const client = useMacaw();
  const isOnline = usePresence(id);
  const [isAsked, setAsked] = useState(false);
  const { run, isBusy, error } = useTask(async () => {
    const isFriend = client.getSnapshot().friends.includes(id);
    const { pending = false } = isFriend ? {} : await friends(client).add(id);
    setAsked(pending);
    if (pending) return;
    select({ kind: 'friend', id });
    onDone?.();
  });
  return (
    <>
      <button type="button" className="entry quiet" disabled={isBusy} onClick={run}>
        <Avatar id={id} isOnline={isOnline} />
        <span className="entry-text">{texts.chatWith(id)}</span>
      </button>
      <p role="status" className="muted hint">
        {isAsked && texts.asked(id)}
      </p>
      <p role="alert" className="error">
        {error && texts.failed(error)}
      </p>
    </>
  );
}
