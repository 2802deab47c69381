import { Choice, Field, TextField } from './form.tsx';
import { useTexts } from './language.ts';

export interface Setting {
  readonly name: string;
  /** Its JSON Schema. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly value: unknown;
  readonly isDefault: boolean;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The text of the value in its field. */
function textOf({ schema, value }: Setting): string {
  if (value === undefined || schema.writeOnly === true) return '';
  return schema.type === 'array' || schema.type === 'object' ? JSON.stringify(value) : String(value);
}

/** The choices of a setting. Undefined: it can be any text or number. */
function choicesOf({ type, enum: choices }: Setting['schema']): string[] | undefined {
  if (Array.isArray(choices)) return choices.map(String);
  return type === 'boolean' ? ['true', 'false'] : undefined;
}

/**
 * The value that the form contains, if it differs. An empty field is the default, which is `null` in requests.
 * What has no valid form is passed as text: the message of the server says what is expected.
 */
export function changeOf(setting: Setting, data: FormData): unknown {
  const text = String(data.get(setting.name) ?? '');
  if (text === textOf(setting)) return undefined;
  if (text === '') return null;
  if (setting.schema.type === 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The field of a setting, by its schema. */
export function SettingField(setting: Setting) {
  const texts = useTexts();
  const { name, schema, value, isDefault } = setting;
  const { type, minimum, maximum, writeOnly } = schema;
  const common = { name, label: name, defaultValue: textOf(setting) };
  const choices = choicesOf(schema);
  if (choices) {
    const options = Object.fromEntries(choices.map((choice) => [choice, choice]));
    return <Choice {...common} options={{ ...(schema.default === undefined && { '': texts.default }), ...options }} />;
  }
  if (type === 'array' || type === 'object') return <TextField {...common} className="code" rows={2} />;
  const hints = [
    type === 'integer' && texts.range(Number(minimum), Number(maximum)),
    writeOnly === true && (value === undefined ? texts.noSecret : texts.secret),
    value !== undefined && isDefault && texts.default,
  ].filter((hint) => hint !== false);
  return (
    <Field
      {...common}
      hint={hints.length > 0 ? hints.join(' · ') : undefined}
      inputMode={type === 'integer' ? 'numeric' : 'text'}
      type={writeOnly === true ? 'password' : 'text'}
      autoComplete={writeOnly === true ? 'new-password' : 'off'}
    />
  );
}
