import type { Routes } from 'macaw-client/admin';
import { useCallback, useState } from 'react';
import { ActionButton } from './confirm.tsx';
import { useTexts } from './language.ts';
import { Panel, Show, Table, Time, View } from './layout.tsx';
import { type Application, useApplication, useLoaded } from './requests.ts';
import { href } from './route.ts';

type Message = Routes['GET /groups/:id/chats']['response'][number];

interface ConversationProps {
  /** `user` lists the conversations of a user. The others are the kinds of conversations. */
  readonly type: string;
  readonly ids: readonly string[];
}

/** The conversations of a user, or the messages of one conversation. Each access is recorded. */
export function Conversation({ type, ids }: ConversationProps) {
  const texts = useTexts();
  const [id = '', other = ''] = ids;
  return (
    <View title={type === 'user' ? texts.conversationList(id) : texts.conversation(ids.join(', '))}>
      <p className="notice">
        {texts.recorded} <a href={href('messages')}>{texts.auditLog}</a>
      </p>
      {type === 'user' ? <List user={id} /> : <History type={type} id={id} other={other} />}
    </View>
  );
}

/** The addresses of the kinds of conversations. The messages of a visitor are read from the visitor. */
const KINDS: Readonly<Record<number, (user: string, other: string) => string[]>> = {
  0: (user, friend) => ['friend', user, friend],
  1: (_user, group) => ['group', group],
  3: (user, visitor) => ['visitor', visitor, user],
  4: (user, stranger) => ['stranger', user, stranger],
};

function List({ user }: { user: string }) {
  const texts = useTexts();
  const application = useApplication();
  const load = useCallback(
    () => application.call('GET /ctx/:id/conversations', { params: { id: user }, query: { limit: 200 } }),
    [application, user],
  );
  return (
    <Panel title={texts.conversations}>
      <Show loaded={useLoaded(load)}>
        {({ conversations }) => (
          <Table
            title={texts.conversations}
            columns={[texts.id, texts.kind, texts.last, texts.unread]}
            rows={conversations.map(({ id, type, last, unread }) => {
              const address = KINDS[type]?.(user, id) ?? [];
              return {
                key: `${type}/${id}`,
                cells: [
                  <a key="id" href={href('messages', ...address)}>
                    {id}
                  </a>,
                  address[0],
                  last && <Time key="last" at={last.ts} />,
                  unread,
                ],
              };
            })}
          />
        )}
      </Show>
    </Panel>
  );
}

const PAGE_SIZE = 50;

/** Reads a page of a conversation, from the newest backwards. */
function read({ call }: Application, type: string, id: string, other: string, before?: string): Promise<Message[]> {
  const query = { limit: PAGE_SIZE, ...(before !== undefined && { before }) };
  if (type === 'friend') return call('GET /ctx/:id/friends/:fid/chats', { params: { id, fid: other }, query });
  if (type === 'stranger') return call('GET /ctx/:id/strangers/:sid/chats', { params: { id, sid: other }, query });
  if (type === 'visitor') return call('GET /passengers/:id/chats/:uid', { params: { id, uid: other }, query });
  return call('GET /groups/:id/chats', { params: { id }, query });
}

/** Recalls a message in the name of a participant. The master key may recall every message. */
function recall({ call }: Application, type: string, [id, other]: readonly [string, string], message: Message) {
  const route = 'DELETE /ctx/:id/conversations/:type/:peer/messages/:messageId';
  const messageId = message.id;
  switch (type) {
    case 'visitor':
      return call(route, { params: { id: other, type, peer: id, messageId } });
    case 'friend':
    case 'stranger':
      return call(route, { params: { id, type, peer: other, messageId } });
    default:
      return call(route, { params: { id: message.speaker, type: 'group', peer: id, messageId } });
  }
}

function History({ type, id, other }: { type: string; id: string; other: string }) {
  const texts = useTexts();
  const application = useApplication();
  const [before, setBefore] = useState<string>();
  const load = useCallback(() => read(application, type, id, other, before), [application, type, id, other, before]);
  const loaded = useLoaded(load);
  return (
    <Panel title={texts.messages}>
      <Show loaded={loaded}>
        {(messages) => (
          <>
            {messages.length === 0 && <p className="muted">{texts.none}</p>}
            <ol className="history">
              {messages.map((message) => (
                <li key={message.id}>
                  <p className="muted">
                    <strong>{message.speaker}</strong> <Time at={message.ts} />
                  </p>
                  <Content message={message} />
                  {message.content && (
                    <ActionButton
                      label={texts.recall}
                      question={texts.recallQuestion}
                      action={async () => {
                        await recall(application, type, [id, other], message);
                        loaded.reload();
                      }}
                    />
                  )}
                </li>
              ))}
            </ol>
            <div className="row">
              <button type="button" disabled={before === undefined} onClick={() => setBefore(undefined)}>
                {texts.newest}
              </button>
              <button type="button" disabled={messages.length < PAGE_SIZE} onClick={() => setBefore(messages[0]?.id)}>
                {texts.older}
              </button>
            </div>
          </>
        )}
      </Show>
    </Panel>
  );
}

/** The text of a message. Media are links, so that nothing is loaded unasked. */
function Content({ message: { content } }: { message: Message }) {
  const texts = useTexts();
  if (!content) return <p className="muted">{texts.recalled}</p>;
  const { media, body } = content;
  if (media === 0 || !/^https?:/.test(body)) return <p className="text">{body}</p>;
  return (
    <p className="text">
      <a href={body} target="_blank" rel="noreferrer">
        {body}
      </a>
    </p>
  );
}
