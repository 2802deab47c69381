import { groups, rooms, search } from 'macaw-client/admin';
import { useMemo } from 'react';
import { useTexts } from './language.ts';
import { Time, View } from './layout.tsx';
import { type Application, useApplication } from './requests.ts';
import { href } from './route.ts';
import { Search } from './search.tsx';

export type Kind = 'group' | 'room';

export const VIEW = { group: 'groups', room: 'rooms' } as const;

interface Found {
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly members?: readonly string[];
  readonly owner?: string;
  readonly ts: number;
}

const requestsOf = (application: Application, kind: Kind) => ({
  search: search(application)[VIEW[kind]],
  find: (id: string): Promise<Found> => (kind === 'group' ? groups : rooms)(application).get(id),
});

/** Searches groups, or rooms. */
export function Communities({ kind }: { kind: Kind }) {
  const texts = useTexts();
  const application = useApplication();
  const requests = useMemo(() => requestsOf(application, kind), [application, kind]);
  return (
    <View title={texts[VIEW[kind]]}>
      <Search<Found>
        {...requests}
        columns={[texts.id, texts.name, texts.members, ...(kind === 'group' ? [texts.owner] : []), texts.created]}
        cells={({ id, attributes, members = [], owner, ts }) => [
          <a key="id" href={href(VIEW[kind], id)}>
            {id}
          </a>,
          String(attributes.name ?? ''),
          members.length,
          ...(kind === 'group' ? [owner] : []),
          <Time key="created" at={ts} />,
        ]}
      />
    </View>
  );
}
