import { type KeyboardEvent, type RefObject, useState } from 'react';
import { useTexts } from './language.ts';

/** Maximum suggestions. */
const SHOWN = 6;

/** A mention that is being written: an `@` and the start of an id, up to the cursor. */
const WRITTEN = /(?:^|\s)@([\w-]*)$/;

/** The members whom a text mentions. */
export function mentionsIn(text: string, members: readonly string[]): readonly string[] | 'all' | undefined {
  const written = new Set([...text.matchAll(/@([\w-]+)/g)].map(([, id = '']) => id));
  if (written.has('all')) return 'all';
  const mentioned = members.filter((id) => written.has(id));
  return mentioned.length > 0 ? mentioned : undefined;
}

/** Completes mentions of the members in a text field: with the arrow keys and Enter, or by a click. */
export function useMentions(
  input: RefObject<HTMLTextAreaElement | null>,
  members: readonly string[],
  setText: (text: string) => void,
) {
  const [prefix, setPrefix] = useState<string>();
  const [chosen, setChosen] = useState(0);
  const all = prefix === undefined || members.length === 0 ? [] : ['all', ...members];
  const options = all.filter((id) => id.toLowerCase().startsWith(prefix?.toLowerCase() ?? '')).slice(0, SHOWN);
  const current = options[Math.min(chosen, options.length - 1)];

  const look = () => {
    const { value = '', selectionEnd = 0 } = input.current ?? {};
    setPrefix(WRITTEN.exec(value.slice(0, selectionEnd))?.[1]);
    setChosen(0);
  };
  const accept = (id: string) => {
    const field = input.current;
    if (!field || prefix === undefined) return;
    const start = field.selectionEnd - prefix.length;
    setText(`${field.value.slice(0, start)}${id} ${field.value.slice(field.selectionEnd)}`);
    setPrefix(undefined);
    field.focus();
  };
  /** @returns whether the key belongs to the suggestions */
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (current === undefined || event.nativeEvent.isComposing) return false;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move !== undefined) setChosen((options.indexOf(current) + move + options.length) % options.length);
    else if (event.key === 'Enter' || event.key === 'Tab') accept(current);
    else if (event.key === 'Escape') setPrefix(undefined);
    else return false;
    event.preventDefault();
    return true;
  };
  return { options, current, look, accept, onKeyDown };
}

export const optionId = (id: string) => `mention-${id}`;

/** The suggestions of {@link useMentions}. */
export function MentionOptions({
  options,
  current,
  accept,
}: Omit<ReturnType<typeof useMentions>, 'look' | 'onKeyDown'>) {
  const texts = useTexts();
  if (options.length === 0) return null;
  return (
    <div id="mentions" role="listbox" aria-label={texts.mention} className="mentions">
      {options.map((id) => (
        <div
          key={id}
          id={optionId(id)}
          role="option"
          tabIndex={-1}
          aria-selected={id === current}
          // The text field keeps the focus.
          onMouseDown={(event) => {
            event.preventDefault();
            accept(id);
          }}
        >
          @{id}
        </div>
      ))}
    </div>
  );
}
