import { groups, rooms } from 'macaw-client/admin';
import { useCallback } from 'react';
import { AttributesPanel } from './attributes.tsx';
import { type Kind, VIEW } from './communities.tsx';
import { ActionButton } from './confirm.tsx';
import { ActionForm, Field } from './form.tsx';
import { IdList } from './id-list.tsx';
import { useTexts } from './language.ts';
import { Facts, Panel, Show, Time, View } from './layout.tsx';
import { Admins, Mutes } from './moderators.tsx';
import { useApplication, useLoaded } from './requests.ts';
import { go, href } from './route.ts';

/** One group or room. */
export function Community({ kind, id }: { kind: Kind; id: string }) {
  const texts = useTexts();
  const application = useApplication();
  const isGroup = kind === 'group';
  const requests = isGroup ? groups(application) : rooms(application);
  const load = useCallback(
    async (): Promise<{ owner?: string; members: string[]; attributes: Record<string, unknown>; ts: number }> =>
      isGroup ? groups(application).get(id) : rooms(application).get(id),
    [application, isGroup, id],
  );
  const loaded = useLoaded(load);
  const { reload } = loaded;
  return (
    <View title={texts[kind](id)}>
      <Show loaded={loaded}>
        {({ owner, members, attributes, ts }) => (
          <>
            <Facts
              facts={{
                [texts.created]: <Time at={ts} />,
                ...(owner !== undefined && {
                  [texts.owner]: <a href={href('users', owner)}>{owner}</a>,
                  [texts.messages]: <a href={href('messages', 'group', id)}>{texts.readHistory}</a>,
                }),
              }}
            />
            <AttributesPanel kind={kind} id={id} values={attributes} onChange={reload} />
            <Panel title={`${texts.members} (${members.length})`}>
              <IdList
                ids={members}
                view="users"
                onRemove={(member) => requests.removeMembers(id, [member]).then(reload)}
                onAdd={(member) => requests.addMembers(id, [member]).then(reload)}
              />
            </Panel>
            {isGroup && (
              <Panel title={texts.owner}>
                <ActionForm
                  className="inline"
                  label={texts.transfer}
                  done={texts.saved}
                  action={(data) =>
                    groups(application)
                      .update(id, { owner: String(data.get('owner')).trim() })
                      .then(reload)
                  }
                >
                  <Field name="owner" label={texts.newOwner} required />
                </ActionForm>
              </Panel>
            )}
            {isGroup && <Admins id={id} />}
            <Mutes kind={kind} id={id} />
            <Panel title={texts.dangerous}>
              <div className="actions">
                {isGroup && (
                  <ActionButton
                    label={texts.eraseHistory}
                    question={texts.eraseQuestion(id)}
                    action={() => groups(application).eraseHistory(id)}
                  />
                )}
                <ActionButton
                  label={texts.delete}
                  question={texts.deleteQuestion(id)}
                  action={() => requests.remove(id).then(() => go(VIEW[kind]))}
                />
              </div>
            </Panel>
          </>
        )}
      </Show>
    </View>
  );
}
