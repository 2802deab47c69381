import type { FoundUser, Group } from 'macaw-client';
import { useMacaw } from 'macaw-client/react';
import { groups, search } from 'macaw-client/resources';
import { useEffect, useState } from 'react';
import { useTask } from '../shared/task.ts';
import { Avatar } from './avatar.tsx';
import { nameOfGroup } from './groups.tsx';
import { useTexts } from './language.ts';
import { select } from './selection.ts';
import { StartChat } from './start-chat.tsx';

interface SearchResultsProps {
  readonly query: string;
  readonly onDone: () => void;
}

interface Found {
  readonly people: readonly Pick<FoundUser, 'id'>[];
  readonly groups: readonly Group[];
}

const LIMIT = 20;

/** How long the user must pause before the search starts. */
const PAUSE_MS = 250;

/** People and groups whose name begins with the query. */
export function SearchResults({ query, onDone }: SearchResultsProps) {
  const texts = useTexts();
  const { found, error } = useSearch(query);
  return (
    <div className="lists">
      <p role="status" className="muted hint">
        {error ? texts.failed(error) : found ? texts.results(found.people.length + found.groups.length) : texts.loading}
      </p>
      <ul aria-label={texts.search}>
        {found?.people.map(({ id }) => (
          <li key={id}>
            <StartChat id={id} onDone={onDone} />
          </li>
        ))}
        {found?.groups.map((group) => (
          <li key={group.id}>
            <JoinGroup group={group} onDone={onDone} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function JoinGroup({ group, onDone }: { group: Group; onDone: () => void }) {
  const texts = useTexts();
  const client = useMacaw();
  const name = nameOfGroup(group);
  const isMember = group.members.includes(client.me ?? '');
  const { run, isBusy, error } = useTask(async () => {
    if (!isMember) await groups(client).addMembers(group.id, [client.me ?? '']);
    select({ kind: 'group', id: group.id });
    onDone();
  });
  return (
    <>
      <button type="button" className="entry quiet" disabled={isBusy} onClick={run}>
        <Avatar id={name} />
        <span className="entry-text">
          <span>{isMember ? texts.chatWith(name) : texts.join(name)}</span>
          <span className="entry-detail muted">{texts.members(group.members.length)}</span>
        </span>
      </button>
      <p role="alert" className="error">
        {error && texts.failed(error)}
      </p>
    </>
  );
}

function useSearch(query: string): { found?: Found; error?: string } {
  const client = useMacaw();
  const [state, setState] = useState<{ found?: Found; error?: string }>({});
  useEffect(() => {
    let isCurrent = true;
    const run = async () => {
      // `*` matches the rest of the name.
      const pattern = `${query.replace(/[\\*?]/g, '\\$&')}*`;
      const [people, found] = await Promise.all([
        search(client).users({ nickname: pattern, _limit: LIMIT }),
        search(client).groups({ name: pattern, _limit: LIMIT }),
      ]);
      return { people: people.filter(({ id }) => id !== client.me), groups: found };
    };
    const timer = setTimeout(() => {
      run().then(
        (found) => isCurrent && setState({ found }),
        (error: unknown) => isCurrent && setState({ error: error instanceof Error ? error.message : String(error) }),
      );
    }, PAUSE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [client, query]);
  return state;
}
