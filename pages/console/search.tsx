import type { Query } from 'macaw-client/admin';
import { type FormEvent, type ReactNode, useCallback, useState } from 'react';
import { Field } from './form.tsx';
import { useTexts } from './language.ts';
import { Panel, Show, Table } from './layout.tsx';
import { useLoaded } from './requests.ts';

interface SearchProps<T extends { readonly id: string }> {
  readonly find: (id: string) => Promise<T>;
  readonly search: (query: Query) => Promise<T[]>;
  readonly columns: readonly string[];
  readonly cells: (found: T) => readonly ReactNode[];
}

const PAGE_SIZE = 20;

/** Finds users, groups or rooms by id or by attributes. Shows the newest before the first search. */
export function Search<T extends { readonly id: string }>({ find, search, columns, cells }: SearchProps<T>) {
  const texts = useTexts();
  const [{ text, skip }, setAsked] = useState({ text: '', skip: 0 });
  const load = useCallback(async () => {
    if (text !== '' && !text.includes('=')) return [await find(text)];
    return search({ ...(text === '' ? { _sort: '-ts' } : conditions(text)), _skip: skip, _limit: PAGE_SIZE });
  }, [find, search, text, skip]);
  const loaded = useLoaded(load);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setAsked({ text: String(new FormData(event.currentTarget).get('text')).trim(), skip: 0 });
  };
  return (
    <>
      <search>
        <form className="inline" onSubmit={submit}>
          <Field name="text" type="search" label={texts.search} hint={texts.searchHint} />
          <button type="submit" className="primary">
            {texts.find}
          </button>
        </form>
      </search>
      <Panel title={texts.results}>
        <Show loaded={loaded}>
          {(found) => (
            <>
              <Table
                title={texts.results}
                columns={columns}
                rows={found.map((one) => ({ key: one.id, cells: cells(one) }))}
              />
              {(skip > 0 || found.length === PAGE_SIZE) && (
                <div className="row">
                  <button
                    type="button"
                    disabled={skip === 0}
                    onClick={() => setAsked({ text, skip: skip - PAGE_SIZE })}
                  >
                    {texts.previous}
                  </button>
                  <button
                    type="button"
                    disabled={found.length < PAGE_SIZE}
                    onClick={() => setAsked({ text, skip: skip + PAGE_SIZE })}
                  >
                    {texts.next}
                  </button>
                </div>
              )}
            </>
          )}
        </Show>
      </Panel>
    </>
  );
}

/** `city=New York & nickname=tom*` as conditions of a search. */
function conditions(text: string): Query {
  const query: Record<string, string[]> = {};
  for (const condition of text.split('&')) {
    const [name = '', ...value] = condition.split('=');
    query[name.trim()] = [...(query[name.trim()] ?? []), value.join('=').trim()];
  }
  return query;
}
