import type { Conversation, Message, SendOptions } from 'macaw-client';
import { useConnection, useSend } from 'macaw-client/react';
import {
  type ChangeEvent,
  type ClipboardEvent,
  type FormEvent,
  type KeyboardEvent,
  useEffect,
  useRef,
  useState,
} from 'react';
import type { Draft, SetDraft } from './draft.ts';
import { useGroups } from './groups.tsx';
import { ClipIcon } from './icons.tsx';
import { useTexts } from './language.ts';
import { MentionOptions, mentionsIn, optionId, useMentions } from './mentions.tsx';
import { keepPreview, previewOf } from './message-content.tsx';

/** Members who read a message of a group report it. Friends always do. */
const OPTIONS: SendOptions = { receipt: true };

interface ComposerProps {
  readonly conversation: Conversation;
  readonly draft: Draft | undefined;
  readonly setDraft: SetDraft;
}

/** The form to write or edit a message or to choose files. Files can also be pasted. */
export function Composer({ conversation, draft, setDraft }: ComposerProps) {
  const texts = useTexts();
  const send = useSend(conversation);
  const [text, setText] = useState('');
  const [error, setError] = useState<string>();
  const input = useRef<HTMLTextAreaElement>(null);
  const { me } = useConnection();
  const group = useGroups().find(({ id }) => conversation.kind === 'group' && id === conversation.id);
  const members = group?.members.filter((id) => id !== me) ?? [];
  const mentions = useMentions(input, members, setText);

  useEffect(() => {
    // On phones, the focus would open the keyboard.
    if (matchMedia('(pointer: fine)').matches) input.current?.focus();
  }, []);

  useEffect(() => {
    if (!draft) return;
    if (draft.for === 'edit') setText(draft.message.body);
    input.current?.focus();
  }, [draft]);

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
      const body = text.trim();
      if (body === '') return;
      if (draft?.for === 'edit') return edit(draft.message, body);
      const mentioned = mentionsIn(body, members);
      send(body, {
        ...OPTIONS,
        ...(draft?.message.id !== undefined && { reply: draft.message.id }),
        ...(mentioned && { mentions: mentioned }),
      });
      setText('');
      setDraft(undefined);
    });
  const edit = (message: Message, body: string) => {
    conversation.edit(message, body).then(
      () => {
        setText('');
        setDraft(undefined);
        setError(undefined);
      },
      (thrown) => setError(String(thrown.message)),
    );
  };
  const cancel = () => {
    if (draft?.for === 'edit') setText('');
    setDraft(undefined);
  };
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
    if (mentions.onKeyDown(event)) return;
    if (event.key === 'Escape' && draft) return cancel();
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
      {draft && (
        <p className="draft">
          <span>
            <strong>
              {draft.for === 'edit'
                ? texts.editing
                : texts.replyTo(draft.message.mine ? texts.you : draft.message.from)}
            </strong>{' '}
            {previewOf(draft.message, texts)}
          </span>
          <button type="button" className="quiet" onClick={cancel}>
            {texts.cancel}
          </button>
        </p>
      )}
      <MentionOptions {...mentions} />
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
        aria-controls={mentions.current && 'mentions'}
        aria-activedescendant={mentions.current && optionId(mentions.current)}
        onChange={(event) => {
          setText(event.currentTarget.value);
          mentions.look();
          if (!draft || draft.for === 'reply') conversation.typing();
        }}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
      />
      <button type="submit" className="primary" disabled={text.trim() === ''}>
        {draft?.for === 'edit' ? texts.save : texts.send}
      </button>
      <p role="alert" className="error">
        {error && texts.failed(error)}
      </p>
    </form>
  );
}
