import { moderation } from 'macaw-client/admin';
import { useCallback, useState } from 'react';
import { ActionButton } from './confirm.tsx';
import { useTexts } from './language.ts';
import { Panel, Show, Table, Time } from './layout.tsx';
import { useApplication, useLoaded } from './requests.ts';
import { href } from './route.ts';

/** The receivers by their type in the protocol. */
const KINDS = ['friend', 'group', 'room', 'visitor', 'stranger'] as const;

/** Messages with flagged words. They are loaded on request, because the audit log records that they were read. */
export function Flagged() {
  const texts = useTexts();
  const [isOpen, setOpen] = useState(false);
  return (
    <Panel title={texts.flagged}>
      {isOpen ? (
        <FlaggedList />
      ) : (
        <button type="button" onClick={() => setOpen(true)}>
          {texts.showFlagged}
        </button>
      )}
    </Panel>
  );
}

function FlaggedList() {
  const texts = useTexts();
  const application = useApplication();
  const [cursor, setCursor] = useState<string>();
  const load = useCallback(
    () => moderation(application).flagged({ limit: 20, ...(cursor !== undefined && { cursor }) }),
    [application, cursor],
  );
  const loaded = useLoaded(load);
  const dismiss = (id: string) => moderation(application).dismiss(id).then(loaded.reload);
  return (
    <Show loaded={loaded}>
      {({ messages, cursor: next }) => (
        <>
          <Table
            title={texts.flagged}
            columns={[texts.time, texts.userId, texts.to, texts.text, texts.words, texts.action]}
            rows={messages.map(({ id, ts, speaker, to, body, words }) => ({
              key: id,
              cells: [
                <Time key="time" at={ts} />,
                speaker.kind === 'user' ? (
                  <a key="user" href={href('users', speaker.id)}>
                    {speaker.id}
                  </a>
                ) : (
                  speaker.id
                ),
                `${texts.kinds[KINDS[to.type] ?? 'friend']}: ${to.id}`,
                body,
                words.join(', '),
                <ActionButton
                  key="action"
                  label={texts.dismiss}
                  name={texts.dismissOne(body)}
                  action={() => dismiss(id)}
                />,
              ],
            }))}
          />
          {next !== undefined && (
            <button type="button" onClick={() => setCursor(next)}>
              {texts.older}
            </button>
          )}
        </>
      )}
    </Show>
  );
}
