import { type ComponentProps, type FormEvent, type ReactNode, useId, useState } from 'react';
import { useTask } from '../shared/task.ts';
import { ConfirmDialog } from './confirm.tsx';
import { useTexts } from './language.ts';

interface ActionFormProps {
  /** The text of the button. */
  readonly label: string;
  readonly action: (data: FormData) => Promise<unknown>;
  /** Asked before the action. Undefined: the action needs no confirmation. */
  readonly question?: (data: FormData) => string | undefined;
  /** Shown after success. */
  readonly done?: string;
  readonly children: ReactNode;
  readonly className?: string;
}

/** A form with one action. It shows whether the action failed or succeeded. */
export function ActionForm({ label, action, question, done, children, className = 'form' }: ActionFormProps) {
  const texts = useTexts();
  const { run, isBusy, isDone, error } = useTask(action);
  const [asked, setAsked] = useState<FormData>();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    if (question?.(data) === undefined) run(data);
    else setAsked(data);
  };
  return (
    <form className={className} onSubmit={submit}>
      {children}
      <div className="actions">
        <button type="submit" className="primary" disabled={isBusy}>
          {label}
        </button>
        <p role="status">{isDone && done}</p>
        <p role="alert" className="error">
          {error !== undefined && texts.failed(error)}
        </p>
      </div>
      {asked && (
        <ConfirmDialog
          question={question?.(asked) ?? ''}
          label={label}
          onConfirm={() => run(asked)}
          onClose={() => setAsked(undefined)}
        />
      )}
    </form>
  );
}

interface FieldProps extends ComponentProps<'input'> {
  readonly label: string;
  readonly hint?: string | undefined;
}

export function Field({ label, hint, ...input }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        {...(hint !== undefined && { 'aria-describedby': `${id}-hint` })}
        {...input}
      />
      {hint !== undefined && (
        <p id={`${id}-hint`} className="muted hint">
          {hint}
        </p>
      )}
    </div>
  );
}

export function TextField({ label, ...input }: ComponentProps<'textarea'> & { label: string }) {
  const id = useId();
  return (
    <div className="field wide">
      <label htmlFor={id}>{label}</label>
      <textarea id={id} rows={3} {...input} />
    </div>
  );
}

interface ChoiceProps extends Omit<ComponentProps<'select'>, 'children'> {
  readonly label: string;
  /** The values, with their texts. */
  readonly options: Readonly<Record<string, string>>;
}

export function Choice({ label, options, ...select }: ChoiceProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} {...select}>
        {Object.entries(options).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

export function Check({ label, ...input }: ComponentProps<'input'> & { label: string }) {
  return (
    <label className="check">
      <input type="checkbox" {...input} /> {label}
    </label>
  );
}
