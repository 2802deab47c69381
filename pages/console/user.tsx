import { friends, groups, moderation, rooms, sessions, users } from 'macaw-client/admin';
import { useCallback } from 'react';
import { AttributesPanel } from './attributes.tsx';
import { Devices } from './devices.tsx';
import { IdList } from './id-list.tsx';
import { useTexts } from './language.ts';
import { Facts, Panel, Show, Time, View } from './layout.tsx';
import { useApplication, useLoaded } from './requests.ts';
import { href } from './route.ts';
import { Sessions } from './sessions.tsx';
import { TokenPanel } from './token.tsx';
import { UserModeration } from './user-moderation.tsx';

/** Everything about one user. */
export function User({ id }: { id: string }) {
  const texts = useTexts();
  const application = useApplication();
  const load = useCallback(async () => {
    const [user, devices, { results }, ban] = await Promise.all([
      users(application, id).get(),
      application.call('GET /ctx/:id/devices', { params: { id } }),
      sessions(application, id).list(),
      moderation(application).getBan(id),
    ]);
    return { user, devices, sessions: results, ban };
  }, [application, id]);
  const loaded = useLoaded(load);
  const { reload } = loaded;
  const then = (work: Promise<unknown>) => work.then(reload);
  return (
    <View title={texts.user(id)}>
      <Show loaded={loaded}>
        {({ user, devices, sessions: open, ban }) => (
          <>
            <Facts
              facts={{
                [texts.state]: user.sessions > 0 ? texts.online : texts.offline,
                [texts.created]: <Time at={user.ts} />,
                [texts.messages]: <a href={href('messages', 'user', id)}>{texts.conversations}</a>,
              }}
            />
            <AttributesPanel kind="user" id={id} values={user.attributes} onChange={reload} />
            <Devices
              {...devices}
              onDisconnect={(connection) => then(users(application, id).disconnect(connection))}
              onRemove={(install) => then(users(application, id).removeInstallation(install))}
            />
            <Sessions
              sessions={open}
              onEnd={(session) => then(sessions(application, id).end(session))}
              onEndAll={() => then(sessions(application, id).endAll())}
            />
            <Panel title={texts.friends}>
              <IdList
                ids={user.friends}
                view="users"
                onRemove={(friend) => then(friends(application, id).remove(friend))}
                onAdd={(friend) => then(friends(application, id).add(friend))}
              />
            </Panel>
            <Panel title={texts.groups}>
              <IdList
                ids={user.groups}
                view="groups"
                onRemove={(group) => then(groups(application, id).leave(group))}
                onAdd={(group) => then(groups(application).addMembers(group, [id]))}
              />
            </Panel>
            <Panel title={texts.rooms}>
              <IdList
                ids={user.rooms}
                view="rooms"
                onRemove={(room) => then(rooms(application, id).leave(room))}
                onAdd={(room) => then(rooms(application, id).join(room))}
              />
            </Panel>
            <TokenPanel id={id} />
            <UserModeration id={id} ban={ban} onChange={reload} />
          </>
        )}
      </Show>
    </View>
  );
}
