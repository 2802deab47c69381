import type { GroupOfUser } from 'macaw-client';
import { useConnection, useMacaw } from 'macaw-client/react';
import { groups } from 'macaw-client/resources';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';

const Context = createContext<readonly GroupOfUser[]>([]);

/** Reads the groups of the user after each connection, and again when they change. */
export function GroupsProvider({ children }: { children: ReactNode }) {
  const client = useMacaw();
  const { status } = useConnection();
  const [list, setList] = useState<readonly GroupOfUser[]>([]);
  useEffect(() => {
    if (status !== 'online') return;
    // A failure leaves the earlier list. The next event or connection reads it again.
    const read = () =>
      groups(client)
        .list()
        .then(setList, () => undefined);
    void read();
    const ends = (['joined', 'left', 'changed', 'deleted'] as const).map((name) => client.on(name, read));
    return () => {
      for (const end of ends) end();
    };
  }, [client, status]);
  return <Context.Provider value={list}>{children}</Context.Provider>;
}

/** The groups of the user, with names and members. */
export const useGroups = () => useContext(Context);

export const nameOfGroup = ({ id, attributes: { name } }: Pick<GroupOfUser, 'id' | 'attributes'>) =>
  typeof name === 'string' && name !== '' ? name : id;

/** The name of a conversation: that of the group, or the id of the person. */
export function useName({ kind, id }: { kind: string; id: string }): string {
  const group = useGroups().find((one) => one.id === id);
  return kind === 'group' && group ? nameOfGroup(group) : id;
}
