import { type FormEvent, useId } from 'react';
import type { Configuration } from './configuration.ts';
import { LanguageSwitch, useTexts } from './language.ts';
import type { Session } from './session.ts';

interface SignInProps extends Pick<Session, 'signIn' | 'isBusy' | 'error'> {
  readonly mode: Configuration['mode'];
}

/** Asks for a name in the open demo application, or for a token in a strict one. */
export function SignIn({ mode, signIn, isBusy, error }: SignInProps) {
  const texts = useTexts();
  const id = useId();
  const isOpen = mode === 'open';
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const value = String(new FormData(event.currentTarget).get('value')).trim();
    signIn(isOpen ? { user: value } : { token: value });
  };
  return (
    <main className="start">
      <form onSubmit={submit} className="card">
        <h1>{texts.signInTitle}</h1>
        <p className="muted">{isOpen ? texts.signInHint : texts.strictHint}</p>
        <label htmlFor={id}>{isOpen ? texts.name : texts.token}</label>
        <input
          id={id}
          name="value"
          required
          maxLength={isOpen ? 128 : 4096}
          {...(isOpen && { pattern: '[A-Za-z0-9_\\-]+', title: texts.nameRule })}
          autoComplete={isOpen ? 'username' : 'off'}
          autoCapitalize="none"
          spellCheck={false}
          aria-describedby={`${id}-error`}
        />
        <p id={`${id}-error`} role="alert" className="error">
          {error && texts.failed(error.message)}
        </p>
        <button type="submit" className="primary" disabled={isBusy}>
          {isBusy ? texts.connecting : texts.signIn}
        </button>
      </form>
      <LanguageSwitch />
    </main>
  );
}
