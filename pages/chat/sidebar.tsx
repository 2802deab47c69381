import { useMacawState } from 'macaw-client/react';
import { useId, useState } from 'react';
import { Avatar } from './avatar.tsx';
import { LanguageSwitch, useTexts } from './language.ts';
import { Chats, Contacts, Groups } from './lists.tsx';
import { NewGroup } from './new-group.tsx';
import { PushSettings } from './push-settings.tsx';
import { SearchResults } from './search-results.tsx';
import type { Selection } from './selection.ts';

const TABS = { chats: Chats, contacts: Contacts, groups: Groups };
type Tab = keyof typeof TABS;
const NAMES: readonly Tab[] = ['chats', 'contacts', 'groups'];

interface SidebarProps {
  readonly selection: Selection | undefined;
  readonly onSignOut: () => void;
}

/** The user, the search, and the lists of conversations, contacts and groups. */
export function Sidebar({ selection, onSignOut }: SidebarProps) {
  const texts = useTexts();
  const me = useMacawState((state) => state.me) ?? '';
  const [tab, setTab] = useState<Tab>('chats');
  const [query, setQuery] = useState('');
  const search = useId();
  const List = TABS[tab];
  return (
    <nav className="sidebar" aria-label={texts.chats}>
      <header className="bar">
        <Avatar id={me} isOnline />
        <h1>{me}</h1>
        <LanguageSwitch />
        <button type="button" className="quiet" onClick={onSignOut}>
          {texts.signOut}
        </button>
      </header>
      <search className="search">
        <label htmlFor={search} className="hidden">
          {texts.search}
        </label>
        <input
          id={search}
          type="search"
          placeholder={texts.search}
          value={query}
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
      </search>
      {query.trim() === '' ? (
        <>
          <Tabs selected={tab} onSelect={setTab} />
          <div className="lists">
            <List selection={selection} />
          </div>
          <NewGroup />
          <PushSettings />
        </>
      ) : (
        <SearchResults query={query.trim()} onDone={() => setQuery('')} />
      )}
    </nav>
  );
}

function Tabs({ selected, onSelect }: { selected: Tab; onSelect: (tab: Tab) => void }) {
  const texts = useTexts();
  return (
    <fieldset className="tabs">
      <legend className="hidden">{texts.show}</legend>
      {NAMES.map((name) => (
        <label key={name}>
          <input
            type="radio"
            name="tab"
            className="hidden"
            checked={name === selected}
            onChange={() => onSelect(name)}
          />
          <span>{texts[name]}</span>
        </label>
      ))}
    </fieldset>
  );
}
