import type { Conversation, Message } from 'macaw-client';
import { useConnection } from 'macaw-client/react';
import { useRef } from 'react';
import { useTask } from '../shared/task.ts';
import type { SetDraft } from './draft.ts';
import { useGroups } from './groups.tsx';
import { useTexts } from './language.ts';

const EMOJI = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

interface ActionsProps {
  readonly conversation: Conversation;
  readonly message: Message;
  readonly setDraft: SetDraft;
}

/** The menu of a message: react, answer, edit, delete. It opens and closes with the keyboard like any disclosure. */
export function MessageActions({ conversation, message, setDraft }: ActionsProps) {
  const texts = useTexts();
  const { me } = useConnection();
  const menu = useRef<HTMLDetailsElement>(null);
  const group = useGroups().find(({ id }) => message.kind === 'group' && id === message.to);
  const { run, error } = useTask(async (act: () => Promise<void>) => act());
  const mayDelete = message.mine || (group !== undefined && group.owner === me);
  /** Closes the menu, and returns the focus to its button. */
  const after = (act: () => void) => () => {
    act();
    menu.current?.removeAttribute('open');
    menu.current?.querySelector('summary')?.focus();
  };
  if (message.kind === 'room') return null;
  return (
    <details ref={menu} className="actions" onKeyDown={(event) => event.key === 'Escape' && after(() => undefined)()}>
      <summary className="button quiet" aria-label={texts.actions}>
        <span aria-hidden="true">⋯</span>
      </summary>
      <div className="menu">
        {EMOJI.map((emoji) => (
          <button
            key={emoji}
            type="button"
            className="quiet"
            aria-label={texts.react(emoji)}
            onClick={after(() => run(() => conversation.react(message, emoji)))}
          >
            {emoji}
          </button>
        ))}
        <button type="button" className="quiet" onClick={after(() => setDraft({ for: 'reply', message }))}>
          {texts.reply}
        </button>
        {message.mine && message.media === 'text' && (
          <button type="button" className="quiet" onClick={after(() => setDraft({ for: 'edit', message }))}>
            {texts.edit}
          </button>
        )}
        {mayDelete && (
          <button type="button" className="quiet" onClick={after(() => run(() => conversation.recall(message)))}>
            {texts.remove}
          </button>
        )}
      </div>
      <p role="alert" className="error">
        {error && texts.failed(error)}
      </p>
    </details>
  );
}

/** The reactions to a message. Each is a button that adds or removes the user's own. */
export function Reactions({ conversation, message }: Pick<ActionsProps, 'conversation' | 'message'>) {
  const texts = useTexts();
  const { me = '' } = useConnection();
  const reactions = Object.entries(message.reactions ?? {});
  if (reactions.length === 0) return null;
  return (
    <ul className="reactions" aria-label={texts.reactions}>
      {reactions.map(([reaction, users]) => (
        <li key={reaction}>
          <button
            type="button"
            title={users.join(', ')}
            aria-pressed={users.includes(me)}
            aria-label={texts.reaction(reaction, users.length)}
            // A failure leaves the state as it is.
            onClick={() => conversation.react(message, reaction, users.includes(me)).catch(() => undefined)}
          >
            {reaction} {users.length}
          </button>
        </li>
      ))}
    </ul>
  );
}
