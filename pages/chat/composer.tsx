import type { Conversation, SendOptions } from 'macaw-client';
import { useSend } from 'macaw-client/react';
import {
  type ChangeEvent,
  type ClipboardEvent,
  type FormEvent,
  type KeyboardEvent,
  useEffect,
  useRef,
  useState,
} from 'react';
import { ClipIcon } from './icons.tsx';
import { useTexts } from './language.ts';
import { keepPreview } from './message-content.tsx';

/** Members who read a message of a group report it. Friends always do. */
const OPTIONS: SendOptions = { receipt: true };

/** The form to write a message or to choose files. Files can also be pasted. */
export function Composer({ conversation }: { conversation: Conversation }) {
  const texts = useTexts();
  const send = useSend(conversation);
  const [text, setText] = useState('');
  const [error, setError] = useState<string>();
  const input = useRef<HTMLTextAreaElement>(null);

  useEffect(() => {
    // On phones, the focus would open the keyboard.
    if (matchMedia('(pointer: fine)').matches) input.current?.focus();
  }, []);

  /** The client throws for a message that is too long, or when too many wait. */
  const attempt = (work: () => void) => {
    try {
      work();
      setError(undefined);
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown.message : String(thrown));
    }
  };
  const sendText = () =>
    attempt(() => {
      if (text.trim() === '') return;
      send(text.trim(), OPTIONS);
      setText('');
    });
  const sendFiles = (files: Iterable<File>) =>
    attempt(() => {
      for (const file of files) {
        const { key } = conversation.sendFile(file, { ...OPTIONS, remark: file.name });
        keepPreview(key, file);
      }
    });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    sendText();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes Chinese text, Enter accepts a suggestion.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    sendText();
  };
  const onPaste = (event: ClipboardEvent) => {
    if (event.clipboardData.files.length > 0) sendFiles(event.clipboardData.files);
  };
  const onChoose = ({ currentTarget }: ChangeEvent<HTMLInputElement>) => {
    sendFiles(currentTarget.files ?? []);
    // The same file can be chosen again.
    currentTarget.value = '';
  };

  return (
    <form className="composer" onSubmit={submit}>
      <label className="button quiet attach">
        <ClipIcon />
        <span className="hidden">{texts.attach}</span>
        <input type="file" multiple className="hidden" onChange={onChoose} />
      </label>
      <textarea
        ref={input}
        rows={1}
        value={text}
        aria-label={texts.message}
        placeholder={texts.message}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
      />
      <button type="submit" className="primary" disabled={text.trim() === ''}>
        {texts.send}
      </button>
      <p role="alert" className="error">
        {error && texts.failed(error)}
      </p>
    </form>
  );
}
