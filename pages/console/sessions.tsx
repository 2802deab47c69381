import type { Routes } from 'macaw-client/admin';
import { ActionButton } from './confirm.tsx';
import { useTexts } from './language.ts';
import { Panel, Table, Time } from './layout.tsx';

interface SessionsProps {
  readonly sessions: Routes['GET /2.0/sessions']['response']['results'];
  readonly onEnd: (id: string) => Promise<unknown>;
  readonly onEndAll: () => Promise<unknown>;
}

/** The tokens of a user, which can be revoked. */
export function Sessions({ sessions, onEnd, onEndAll }: SessionsProps) {
  const texts = useTexts();
  const time = (at: number | undefined) => at !== undefined && <Time at={at} />;
  return (
    <Panel title={texts.sessions}>
      <Table
        title={texts.sessions}
        columns={[texts.id, texts.created, texts.used, texts.expires, texts.action]}
        rows={sessions.map(({ id, created, used, expires }) => ({
          key: id,
          cells: [
            <code key="id">{id.slice(0, 12)}</code>,
            time(created),
            time(used),
            time(expires),
            <ActionButton
              key="end"
              label={texts.end}
              name={texts.endSession(id.slice(0, 12))}
              action={() => onEnd(id)}
            />,
          ],
        }))}
      />
      {sessions.length > 0 && (
        <div className="actions">
          <ActionButton label={texts.endAll} question={texts.endAllQuestion} action={onEndAll} />
        </div>
      )}
    </Panel>
  );
}
