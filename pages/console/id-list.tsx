import { ActionButton } from './confirm.tsx';
import { ActionForm, Field } from './form.tsx';
import { useTexts } from './language.ts';
import { href } from './route.ts';

interface IdListProps {
  readonly ids: readonly string[];
  /** The view of each id. */
  readonly view: 'users' | 'groups' | 'rooms';
  readonly onRemove: (id: string) => Promise<unknown>;
  readonly onAdd: (id: string) => Promise<unknown>;
}

/** Ids with links to their views. They can be removed, and others can be added. */
export function IdList({ ids, view, onRemove, onAdd }: IdListProps) {
  const texts = useTexts();
  return (
    <>
      {ids.length === 0 && <p className="muted">{texts.none}</p>}
      <ul className="ids">
        {ids.map((id) => (
          <li key={id}>
            <a href={href(view, id)}>{id}</a>
            <ActionButton label="×" name={texts.remove(id)} action={() => onRemove(id)} />
          </li>
        ))}
      </ul>
      <ActionForm className="inline" label={texts.add} action={(data) => onAdd(String(data.get('id')).trim())}>
        <Field name="id" label={texts.id} required />
      </ActionForm>
    </>
  );
}
