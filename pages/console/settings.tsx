import { useCallback } from 'react';
import { BannedWords } from './banned-words.tsx';
import { ActionButton } from './confirm.tsx';
import { ActionForm } from './form.tsx';
import { useTexts } from './language.ts';
import { Panel, Show, View } from './layout.tsx';
import { useApplication, useLoaded } from './requests.ts';
import { changeOf, isObject, type Setting, SettingField } from './setting-field.tsx';

/** All settings of the application. The server validates them, as for the command line. */
export function Settings() {
  const texts = useTexts();
  const { call } = useApplication();
  const loaded = useLoaded(useCallback(() => call('GET /settings', {}), [call]));
  const change = (body: Record<string, unknown>) => call('PATCH /settings', { body }).then(loaded.reload);
  return (
    <View title={texts.settings}>
      <p className="muted">{texts.settingsHint}</p>
      <Show loaded={loaded}>
        {({ schema, settings }) =>
          groupsOf(schema).map(({ name, fields }) => (
            <Group
              key={name}
              name={name}
              settings={fields.map((field) => ({ ...field, ...stored(field.name, settings) }))}
              onChange={change}
            />
          ))
        }
      </Show>
      <BannedWords />
    </View>
  );
}

interface GroupProps {
  readonly name: string;
  readonly settings: readonly Setting[];
  readonly onChange: (values: Record<string, unknown>) => Promise<unknown>;
}

/** Settings that are saved together. */
function Group({ name, settings, onChange }: GroupProps) {
  const texts = useTexts();
  const isSet = settings.some(({ isDefault }) => !isDefault);
  const save = async (data: FormData) => {
    const changed = settings.flatMap((setting) => {
      const value = changeOf(setting, data);
      return value === undefined ? [] : [[setting.name, value]];
    });
    if (changed.length > 0) await onChange(Object.fromEntries(changed));
  };
  return (
    <Panel title={name === '' ? texts.general : name}>
      <ActionForm label={texts.save} done={texts.saved} action={save}>
        {settings.map((setting) => (
          <SettingField key={`${setting.name}=${JSON.stringify(setting.value)}`} {...setting} />
        ))}
      </ActionForm>
      {isSet && (
        <ActionButton
          label={texts.reset}
          name={texts.resetGroup(name === '' ? texts.general : name)}
          question={texts.resetQuestion}
          action={() =>
            onChange(
              name === '' ? Object.fromEntries(settings.map((setting) => [setting.name, null])) : { [name]: null },
            )
          }
        />
      )}
    </Panel>
  );
}

type Field = Pick<Setting, 'name' | 'schema'>;

/** The settings by group. Those without a group come first, and each login provider is a group of its own. */
function groupsOf(schema: Readonly<Record<string, unknown>>): { name: string; fields: Field[] }[] {
  const groups = new Map<string, Field[]>();
  for (const field of fieldsOf('', schema)) {
    const names = field.name.split('.');
    const group = names.slice(0, names[0] === 'logins' ? 2 : names.length > 1 ? 1 : 0).join('.');
    groups.set(group, [...(groups.get(group) ?? []), field]);
  }
  return [...groups].map(([name, fields]) => ({ name, fields }));
}

/** The settings of a schema. Objects whose names are free, such as `logins.oidc`, are one setting. */
function fieldsOf(name: string, schema: unknown): Field[] {
  const properties = isObject(schema) ? schema.properties : undefined;
  if (!isObject(schema) || !isObject(properties)) return [{ name, schema: isObject(schema) ? schema : {} }];
  return Object.entries(properties).flatMap(([inner, part]) =>
    fieldsOf(name === '' ? inner : `${name}.${inner}`, part),
  );
}

type Stored = readonly { readonly name: string; readonly value: unknown; readonly isDefault: boolean }[];

/** What is stored for a setting. Values inside an object are listed one by one. */
function stored(name: string, settings: Stored): Pick<Setting, 'value' | 'isDefault'> {
  const own = settings.find((setting) => setting.name === name);
  if (own) return own;
  const parts = settings.filter((setting) => setting.name.startsWith(`${name}.`));
  if (parts.length === 0) return { value: undefined, isDefault: true };
  const value: Record<string, Record<string, unknown>> = {};
  for (const part of parts) {
    const [key = '', inner = ''] = part.name.slice(name.length + 1).split('.');
    value[key] = { ...value[key], [inner]: part.value };
  }
  return { value, isDefault: false };
}
