import { attributes } from 'macaw-client/admin';
import { ActionForm, TextField } from './form.tsx';
import { useTexts } from './language.ts';
import { Panel } from './layout.tsx';
import { useApplication } from './requests.ts';

interface AttributesPanelProps {
  readonly kind: 'user' | 'group' | 'room';
  readonly id: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly onChange: () => void;
}

/** The attributes as JSON, which can be edited. */
export function AttributesPanel({ kind, id, values, onChange }: AttributesPanelProps) {
  const texts = useTexts();
  const application = useApplication();
  const text = JSON.stringify(values, null, 2);
  const save = async (data: FormData) => {
    await attributes(application, kind, id).replace(parseObject(String(data.get('json')), texts.noObject));
    onChange();
  };
  return (
    <Panel title={texts.attributes}>
      <ActionForm label={texts.save} done={texts.saved} action={save}>
        <TextField
          key={text}
          name="json"
          label="JSON"
          className="code"
          rows={Math.min(16, text.split('\n').length + 1)}
          defaultValue={text}
          spellCheck={false}
        />
      </ActionForm>
    </Panel>
  );
}

/** @throws Error with the given message if the text is no object in JSON */
function parseObject(text: string, message: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw new Error(`${message} ${thrown instanceof Error ? thrown.message : ''}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(message);
  return { ...value };
}
