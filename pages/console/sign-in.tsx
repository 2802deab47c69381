import { ActionForm, Check, Field } from './form.tsx';
import { LanguageSwitch, useTexts } from './language.ts';
import type { Keys } from './session.ts';

/** Asks for the id and the master key of an application. */
export function SignIn({ signIn }: { signIn: (keys: Keys, keep: boolean) => Promise<void> }) {
  const texts = useTexts();
  return (
    <main className="start">
      <div className="card">
        <h1>{texts.signInTitle}</h1>
        <p className="muted">{texts.signInHint}</p>
        <ActionForm
          label={texts.signIn}
          action={(data) =>
            signIn({ app: String(data.get('app')).trim(), masterKey: String(data.get('key')).trim() }, data.has('keep'))
          }
        >
          <Field name="app" label={texts.application} required autoComplete="username" />
          <Field name="key" label={texts.masterKey} type="password" required autoComplete="off" />
          <Check name="keep" label={texts.keep} />
        </ActionForm>
      </div>
      <LanguageSwitch />
    </main>
  );
}
