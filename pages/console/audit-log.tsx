import { useCallback, useState } from 'react';
import { useTexts } from './language.ts';
import { Panel, Show, Table, Time } from './layout.tsx';
import { useApplication, useLoaded } from './requests.ts';

/** What was done with the master key, the latest first. */
export function AuditLog() {
  const texts = useTexts();
  const application = useApplication();
  // The cursors of this page and of those before. The first page needs none.
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors.at(-1);
  const load = useCallback(
    () => application.call('GET /audit', { query: { limit: 20, ...(cursor !== undefined && { cursor }) } }),
    [application, cursor],
  );
  const loaded = useLoaded(load);
  return (
    <Panel title={texts.auditLog}>
      <Show loaded={loaded}>
        {({ entries, cursor: next }) => (
          <>
            <Table
              title={texts.auditLog}
              columns={[texts.time, texts.action, texts.object, texts.address]}
              rows={entries.map(({ id, time, action, object, address }) => ({
                key: id,
                cells: [
                  <Time key="time" at={time} />,
                  <span key="action" className="nowrap">
                    {texts.actions[action]}
                  </span>,
                  object,
                  <span key="address" className="nowrap">
                    {address}
                  </span>,
                ],
              }))}
            />
            {(cursor !== undefined || next !== undefined) && (
              <div className="row">
                <button type="button" disabled={cursor === undefined} onClick={() => setCursors(cursors.slice(0, -1))}>
                  {texts.newer}
                </button>
                <button
                  type="button"
                  disabled={next === undefined}
                  onClick={() => next !== undefined && setCursors([...cursors, next])}
                >
                  {texts.older}
                </button>
              </div>
            )}
          </>
        )}
      </Show>
    </Panel>
  );
}
