import { useEffect, useId, useRef, useState } from 'react';
import { useTask } from '../shared/task.ts';
import { useTexts } from './language.ts';

interface ConfirmDialogProps {
  readonly question: string;
  /** The text of the button that confirms. */
  readonly label: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before an action. The dialog is open while it is rendered. */
export function ConfirmDialog({ question, label, onConfirm, onClose }: ConfirmDialogProps) {
  const texts = useTexts();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const confirm = () => {
    dialog.current?.close();
    onConfirm();
  };
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose}>
      <div className="card">
        <p id={id}>{question}</p>
        <div className="row">
          <button type="button" onClick={() => dialog.current?.close()}>
            {texts.cancel}
          </button>
          <button type="button" className="danger" onClick={confirm}>
            {label}
          </button>
        </div>
      </div>
    </dialog>
  );
}

interface ActionButtonProps {
  readonly label: string;
  /** The name for screen readers, if the label alone is not clear. */
  readonly name?: string;
  /** Asked before the action. */
  readonly question?: string;
  readonly action: () => Promise<unknown>;
}

/** A button with an action. It shows why the action failed. */
export function ActionButton({ label, name, question, action }: ActionButtonProps) {
  const texts = useTexts();
  const { run, isBusy, error } = useTask(action);
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <button
        type="button"
        className={question === undefined ? 'small' : 'small danger'}
        aria-label={name}
        disabled={isBusy}
        onClick={() => (question === undefined ? run() : setAsking(true))}
      >
        {label}
      </button>
      {error !== undefined && (
        <span role="alert" className="error">
          {texts.failed(error)}
        </span>
      )}
      {isAsking && (
        <ConfirmDialog
          question={question ?? ''}
          label={label}
          onConfirm={() => run()}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
