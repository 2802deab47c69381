import { useMacaw, useMacawState } from 'macaw-client/react';
import { groups } from 'macaw-client/resources';
import { type FormEvent, useId, useRef } from 'react';
import { useTask } from '../shared/task.ts';
import { useTexts } from './language.ts';
import { select } from './selection.ts';

/** A button and its dialog, which creates a group with some of the contacts. */
export function NewGroup() {
  const texts = useTexts();
  const client = useMacaw();
  const friends = useMacawState((state) => state.friends);
  const dialog = useRef<HTMLDialogElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  const { run, isBusy, error } = useTask(async () => {
    const data = new FormData(form.current ?? undefined);
    const group = await groups(client).create({
      name: String(data.get('name')).trim(),
      members: data.getAll('member').map(String),
    });
    dialog.current?.close();
    form.current?.reset();
    select({ kind: 'group', id: group });
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    run();
  };
  return (
    <>
      <button type="button" className="new-group" onClick={() => dialog.current?.showModal()}>
        + {texts.newGroup}
      </button>
      <dialog ref={dialog} aria-labelledby={`${id}-title`}>
        <form ref={form} className="card" onSubmit={submit}>
          <h2 id={`${id}-title`}>{texts.newGroup}</h2>
          <label htmlFor={`${id}-name`}>{texts.groupName}</label>
          <input id={`${id}-name`} name="name" required maxLength={60} autoComplete="off" />
          <fieldset className="choices">
            <legend>{texts.contacts}</legend>
            {friends.length === 0 && <p className="muted">{texts.noContacts}</p>}
            {friends.map((friend) => (
              <label key={friend}>
                <input type="checkbox" name="member" value={friend} /> {friend}
              </label>
            ))}
          </fieldset>
          <p role="alert" className="error">
            {error && texts.failed(error)}
          </p>
          <div className="row">
            <button type="button" onClick={() => dialog.current?.close()}>
              {texts.cancel}
            </button>
            <button type="submit" className="primary" disabled={isBusy}>
              {texts.create}
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
