import type { Addressee } from 'macaw-client/admin';
import { type FormEvent, useState } from 'react';
import { ActionForm, Check, Choice, Field, TextField } from './form.tsx';
import { useTexts } from './language.ts';
import { Panel, View } from './layout.tsx';
import { useApplication } from './requests.ts';

/** What the form contains. */
interface Draft {
  readonly to: string;
  readonly id: string;
  readonly body: string;
  readonly remark: string;
  readonly isPushed: boolean;
  readonly prefix: string;
  readonly overwrite: string;
  readonly suffix: string;
}

const EMPTY: Draft = {
  to: 'user',
  id: '',
  body: '',
  remark: '',
  isPushed: true,
  prefix: '',
  overwrite: '',
  suffix: '',
};

function draftOf(data: FormData): Draft {
  const text = (name: string) => String(data.get(name) ?? '');
  return {
    to: text('to'),
    id: text('id').trim(),
    body: text('body'),
    remark: text('remark'),
    isPushed: data.has('push'),
    prefix: text('prefix'),
    overwrite: text('overwrite'),
    suffix: text('suffix'),
  };
}

/** Undefined: everybody who is online. */
function addressee({ to, id }: Draft): Addressee | undefined {
  if (to === 'user') return { user: id };
  if (to === 'group') return { group: id };
  return to === 'room' ? { room: id } : undefined;
}

/** Sends a system message. */
export function Broadcast() {
  const texts = useTexts();
  const { broadcast } = useApplication();
  const [draft, setDraft] = useState(EMPTY);
  const isToAll = draft.to === 'all';
  const send = (data: FormData) => {
    const message = draftOf(data);
    const { body, remark, isPushed: enable, prefix, overwrite, suffix } = message;
    return broadcast(
      { content: { body }, ...(remark !== '' && { remark }), push: { enable, prefix, overwrite, suffix } },
      addressee(message),
    );
  };
  const change = (event: FormEvent<HTMLFieldSetElement>) => {
    const { form } = event.currentTarget;
    if (form) setDraft(draftOf(new FormData(form)));
  };
  return (
    <View title={texts.broadcast}>
      <Panel title={texts.systemMessage}>
        <ActionForm
          label={texts.send}
          done={texts.sent}
          action={send}
          question={(data) => (data.get('to') === 'all' ? texts.sendToAll : undefined)}
        >
          <fieldset className="form" onChange={change}>
            <legend className="hidden">{texts.systemMessage}</legend>
            <Choice name="to" label={texts.to} defaultValue={EMPTY.to} options={texts.addressees} />
            {!isToAll && <Field name="id" label={texts.id} required />}
            <TextField name="body" label={texts.text} required />
            <Field name="remark" label={texts.remark} />
            <Check name="push" label={texts.pushIt} defaultChecked />
            <Field name="prefix" label={texts.prefix} />
            <Field name="overwrite" label={texts.overwrite} />
            <Field name="suffix" label={texts.suffix} />
          </fieldset>
        </ActionForm>
      </Panel>
      <Panel title={texts.preview}>
        <Preview {...draft} />
      </Panel>
    </View>
  );
}

/** The alert that users get who are offline. */
function Preview({ to, body, isPushed, prefix, overwrite, suffix }: Draft) {
  const texts = useTexts();
  const { app } = useApplication();
  if (!isPushed || to === 'all' || to === 'room') return <p className="muted">{texts.notPushed}</p>;
  return (
    <div className="alert">
      <p className="muted">{app}</p>
      <p className="text">{`${prefix}${overwrite || body}${suffix}` || '…'}</p>
    </div>
  );
}
