import { search, users } from 'macaw-client/admin';
import { useMemo } from 'react';
import { useTexts } from './language.ts';
import { Time, View } from './layout.tsx';
import { useApplication } from './requests.ts';
import { href } from './route.ts';
import { Search } from './search.tsx';

export function Users() {
  const texts = useTexts();
  const application = useApplication();
  const requests = useMemo(
    () => ({
      search: search(application).users,
      async find(id: string) {
        const { sessions, ...user } = await users(application, id).get();
        return { ...user, id, online: sessions > 0 };
      },
    }),
    [application],
  );
  return (
    <View title={texts.users}>
      <Search
        {...requests}
        columns={[texts.id, texts.name, texts.state, texts.created]}
        cells={({ id, attributes, online, ts }) => [
          <a key="id" href={href('users', id)}>
            {id}
          </a>,
          String(attributes.nickname ?? ''),
          <span key="state" className="badge" data-good={online}>
            {online ? texts.online : texts.offline}
          </span>,
          <Time key="created" at={ts} />,
        ]}
      />
    </View>
  );
}
