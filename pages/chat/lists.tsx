import type { ConversationState } from 'macaw-client';
import { useConversations, useMacaw, useMacawState, usePresence } from 'macaw-client/react';
import { search } from 'macaw-client/resources';
import { useEffect, useState } from 'react';
import { Avatar } from './avatar.tsx';
import { nameOfGroup, useGroups, useName } from './groups.tsx';
import { useTexts } from './language.ts';
import { previewOf } from './message-content.tsx';
import { Requests } from './requests.tsx';
import { addressOf, type Selection } from './selection.ts';
import { StartChat } from './start-chat.tsx';
import { Time } from './time.tsx';

interface ListProps {
  readonly selection: Selection | undefined;
}

/** The conversations with messages: those that are pinned, then the latest. */
export function Chats({ selection }: ListProps) {
  const texts = useTexts();
  const conversations = useConversations();
  if (conversations.length === 0) return <p className="muted hint">{texts.noChats}</p>;
  return (
    <ul aria-label={texts.chats}>
      {conversations.map((conversation) => (
        <Row key={conversation.key} conversation={conversation} selection={selection} />
      ))}
    </ul>
  );
}

function Row({ conversation, selection }: ListProps & { conversation: ConversationState }) {
  const { last, unread, mentioned, muted, pinned } = conversation;
  const texts = useTexts();
  return (
    <Entry
      to={conversation}
      selection={selection}
      detail={last && `${last.mine ? `${texts.you}: ` : ''}${previewOf(last, texts)}`}
    >
      {last && <Time ts={last.ts} />}
      {pinned && <span className="muted mark">{texts.pinned}</span>}
      {muted && <span className="muted mark">{texts.muted}</span>}
      {unread > 0 && (
        <span className="unread">
          <span aria-hidden="true">
            {mentioned && '@ '}
            {unread}
          </span>
          {mentioned && <span className="hidden">{texts.mentioned}, </span>}
          <span className="hidden">{texts.unread(unread)}</span>
        </span>
      )}
    </Entry>
  );
}

/** Requests, the friends, and other users of the application. */
export function Contacts({ selection }: ListProps) {
  const texts = useTexts();
  const friends = useMacawState((state) => state.friends);
  const others = useNewestUsers().filter((id) => !friends.includes(id));
  return (
    <>
      <Requests />
      {friends.length === 0 && <p className="muted hint">{texts.noContacts}</p>}
      <ul aria-label={texts.contacts}>
        {[...friends].sort().map((id) => (
          <Entry key={id} to={{ kind: 'friend', id }} selection={selection} />
        ))}
      </ul>
      {others.length > 0 && (
        <section aria-labelledby="others">
          <h2 id="others" className="muted hint">
            {texts.others}
          </h2>
          <ul>
            {others.map((id) => (
              <li key={id}>
                <StartChat id={id} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** The groups of the user. */
export function Groups({ selection }: ListProps) {
  const texts = useTexts();
  const groups = useGroups();
  if (groups.length === 0) return <p className="muted hint">{texts.noGroups}</p>;
  return (
    <ul aria-label={texts.groups}>
      {groups.map((group) => (
        <Entry
          key={group.id}
          to={{ kind: 'group', id: group.id }}
          selection={selection}
          name={nameOfGroup(group)}
          detail={texts.members(group.members.length)}
        />
      ))}
    </ul>
  );
}

interface EntryProps extends ListProps {
  readonly to: Selection;
  /** @default the name of the conversation */
  readonly name?: string;
  readonly detail?: string | undefined;
  readonly children?: React.ReactNode;
}

function Entry({ to, selection, name, detail, children }: EntryProps) {
  const texts = useTexts();
  const ownName = useName(to);
  const isOnline = usePresence(to.id);
  const shown = name ?? ownName;
  const isSelected = selection?.kind === to.kind && selection.id === to.id;
  return (
    <li>
      <a className="entry" href={addressOf(to)} aria-current={isSelected ? 'page' : undefined}>
        <Avatar id={shown} isOnline={to.kind === 'friend' ? isOnline : undefined} />
        <span className="entry-text">
          <span className="entry-name">{shown}</span>
          {isOnline && to.kind === 'friend' && <span className="hidden">, {texts.online}</span>}
          {detail !== undefined && <span className="entry-detail muted">{detail}</span>}
        </span>
        <span className="entry-side">{children}</span>
      </a>
    </li>
  );
}

/** Users who signed in for the first time lately. */
function useNewestUsers(): readonly string[] {
  const client = useMacaw();
  const [ids, setIds] = useState<readonly string[]>([]);
  useEffect(() => {
    search(client)
      .users({ _sort: '-createdAt', _limit: 20 })
      .then((users) => setIds(users.map(({ id }) => id).filter((id) => id !== client.me)))
      // In strict mode, the server can refuse it. The search works then.
      .catch(() => undefined);
  }, [client]);
  return ids;
}
