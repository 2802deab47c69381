import type { UserPushSettings } from 'macaw-client';
import { useMacaw } from 'macaw-client/react';
import { pushSettings } from 'macaw-client/resources';
import { type FormEvent, useId, useRef, useState } from 'react';
import { useTask } from '../shared/task.ts';
import { useTexts } from './language.ts';

/** A button and its dialog: whether pushes show the text of messages, and the hours without pushes. */
export function PushSettings() {
  const texts = useTexts();
  const client = useMacaw();
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const [settings, setSettings] = useState<UserPushSettings>();
  const opening = useTask(async () => {
    setSettings(await pushSettings(client).get());
    dialog.current?.showModal();
  });
  return (
    <>
      <button type="button" className="new-group" disabled={opening.isBusy} onClick={() => opening.run()}>
        {texts.pushes}
      </button>
      {opening.error && (
        <p role="alert" className="error">
          {texts.failed(opening.error)}
        </p>
      )}
      <dialog ref={dialog} aria-labelledby={title} onClose={() => setSettings(undefined)}>
        <h2 id={title}>{texts.pushes}</h2>
        {settings && <Form settings={settings} onDone={() => dialog.current?.close()} />}
      </dialog>
    </>
  );
}

function Form({ settings, onDone }: { settings: UserPushSettings; onDone: () => void }) {
  const texts = useTexts();
  const client = useMacaw();
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  const { preview = true, quiet } = settings;
  const { run, isBusy, error } = useTask(async () => {
    const data = new FormData(form.current ?? undefined);
    const [from, to] = [String(data.get('from')), String(data.get('to'))];
    const { timeZone: zone } = Intl.DateTimeFormat().resolvedOptions();
    await pushSettings(client).set({
      preview: data.has('preview'),
      ...(from !== '' && to !== '' && { quiet: { from, to, zone } }),
    });
    onDone();
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    run();
  };
  return (
    <form ref={form} className="card" onSubmit={submit}>
      <label>
        <input type="checkbox" name="preview" defaultChecked={preview} /> {texts.preview}
      </label>
      <p className="muted">{texts.quietHint}</p>
      <label htmlFor={`${id}-from`}>{texts.quietFrom}</label>
      <input id={`${id}-from`} name="from" type="time" defaultValue={quiet?.from} />
      <label htmlFor={`${id}-to`}>{texts.quietTo}</label>
      <input id={`${id}-to`} name="to" type="time" defaultValue={quiet?.to} />
      <p role="alert" className="error">
        {error && texts.failed(error)}
      </p>
      <div className="row">
        <button type="button" onClick={onDone}>
          {texts.cancel}
        </button>
        <button type="submit" className="primary" disabled={isBusy}>
          {texts.save}
        </button>
      </div>
    </form>
  );
}
