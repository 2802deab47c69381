import { type ReactNode, useEffect, useId, useRef } from 'react';
import { useLanguage, useTexts } from './language.ts';
import type { Loaded } from './requests.ts';

/** A view with its title, which gets the focus, so that a screen reader reads it. */
export function View({ title, children }: { title: string; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useEffect(() => {
    document.title = `${title} · Macaw`;
  }, [title]);
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </>
  );
}

/** A titled part of a view. */
export function Panel({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className="panel" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

/** Renders what was loaded, or why it is not there. */
export function Show<T>({
  loaded: { data, error },
  children,
}: {
  loaded: Loaded<T>;
  children: (data: T) => ReactNode;
}) {
  const texts = useTexts();
  if (error !== undefined)
    return (
      <p role="alert" className="error">
        {texts.failed(error)}
      </p>
    );
  if (data === undefined)
    return (
      <p role="status" className="muted">
        {texts.loading}
      </p>
    );
  return children(data);
}

export interface Row {
  readonly key: string;
  readonly cells: readonly ReactNode[];
}

interface TableProps {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** A table. Its title is for screen readers. */
export function Table({ title, columns, rows }: TableProps) {
  const texts = useTexts();
  if (rows.length === 0) return <p className="muted">{texts.none}</p>;
  return (
    <table>
      <caption className="hidden">{title}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, cells }) => (
          <tr key={key}>
            {cells.map((cell, n) => (
              // The label shows on phones, where each cell has a line of its own.
              <td key={columns[n]} data-label={columns[n]}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A list of names and values. */
export function Facts({ facts }: { facts: Readonly<Record<string, ReactNode>> }) {
  return (
    <dl className="facts">
      {Object.entries(facts).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A time in the language and time zone of the reader. */
export function Time({ at }: { at: number }) {
  const { language } = useLanguage();
  const date = new Date(at);
  const text = date.toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB', { dateStyle: 'medium', timeStyle: 'short' });
  return <time dateTime={date.toISOString()}>{text}</time>;
}
