import { admins, mutes, type Routes } from 'macaw-client/admin';
import { useCallback } from 'react';
import type { Kind } from './communities.tsx';
import { ActionButton } from './confirm.tsx';
import { ActionForm, Choice, Field } from './form.tsx';
import { IdList } from './id-list.tsx';
import { useTexts } from './language.ts';
import { Panel, Show, Table, Time } from './layout.tsx';
import { periodEnd } from './period.ts';
import { useApplication, useLoaded } from './requests.ts';
import { href } from './route.ts';

/** The admins of a group. */
export function Admins({ id }: { id: string }) {
  const texts = useTexts();
  const application = useApplication();
  const requests = admins(application, id);
  const loaded = useLoaded(useCallback(() => admins(application, id).list(), [application, id]));
  return (
    <Panel title={texts.admins}>
      <Show loaded={loaded}>
        {(ids) => (
          <IdList
            ids={ids}
            view="users"
            onRemove={(user) => requests.remove(user).then(loaded.reload)}
            onAdd={(user) => requests.add(user).then(loaded.reload)}
          />
        )}
      </Show>
    </Panel>
  );
}

/** Who is muted in a group or room. */
export function Mutes({ kind, id }: { kind: Kind; id: string }) {
  const texts = useTexts();
  const application = useApplication();
  const requests = mutes(application, kind, id);
  const load = useCallback(
    (): Promise<Routes['GET /groups/:id/mutes']['response']> => mutes(application, kind, id).list(),
    [application, kind, id],
  );
  const loaded = useLoaded(load);
  const add = (data: FormData) =>
    requests.add(String(data.get('user')).trim(), periodEnd(data) ?? 0).then(loaded.reload);
  return (
    <Panel title={texts.mutes}>
      <Show loaded={loaded}>
        {(muted) => (
          <Table
            title={texts.mutes}
            columns={[texts.userId, texts.until, texts.action]}
            rows={muted.map(({ id: user, until }) => ({
              key: user,
              cells: [
                <a key="user" href={href('users', user)}>
                  {user}
                </a>,
                <Time key="until" at={until} />,
                <ActionButton
                  key="action"
                  label={texts.unmute}
                  name={texts.unmuteOne(user)}
                  action={() => requests.remove(user).then(loaded.reload)}
                />,
              ],
            }))}
          />
        )}
      </Show>
      <ActionForm className="inline" label={texts.mute} action={add}>
        <Field name="user" label={texts.userId} required />
        <Choice name="period" label={texts.period} options={texts.periods} />
      </ActionForm>
    </Panel>
  );
}
