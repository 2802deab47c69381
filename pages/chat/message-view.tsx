import type { Conversation, Message } from 'macaw-client';
import { useConversation } from 'macaw-client/react';
import type { SetDraft } from './draft.ts';
import { useTexts } from './language.ts';
import { MessageActions, Reactions } from './message-actions.tsx';
import { MessageContent, previewOf } from './message-content.tsx';
import { Time } from './time.tsx';

interface MessageViewProps {
  readonly conversation: Conversation;
  readonly message: Message;
}

/** A message with its author, time and state. */
export function MessageView({ conversation, message, setDraft }: MessageViewProps & { readonly setDraft: SetDraft }) {
  const texts = useTexts();
  const { mine, kind, from, ts, edited, recalled, status } = message;
  const isNamed = !mine && kind !== 'friend';
  return (
    <li className="message" data-mine={mine}>
      <span className={isNamed ? 'author' : 'hidden'}>{mine ? texts.you : from}</span>
      <Quote conversation={conversation} message={message} />
      {recalled === undefined ? <MessageContent message={message} /> : <p className="muted">{texts.recalled}</p>}
      <Progress message={message} />
      <Reactions conversation={conversation} message={message} />
      <footer className="muted">
        {edited !== undefined && `${texts.edited} `}
        <Time ts={ts} withHour /> {mine && <State conversation={conversation} message={message} />}
      </footer>
      {status === 'sent' && recalled === undefined && (
        <MessageActions conversation={conversation} message={message} setDraft={setDraft} />
      )}
    </li>
  );
}

/** The message that this one answers, if it is loaded. */
function Quote({ conversation, message: { reply } }: MessageViewProps) {
  const texts = useTexts();
  const { messages } = useConversation(conversation);
  const answered = reply === undefined ? undefined : messages.find(({ id }) => id === reply);
  if (!answered) return null;
  const { mine, from } = answered;
  return (
    <blockquote className="quote">
      <strong>{mine ? texts.you : from}</strong> {previewOf(answered, texts)}
    </blockquote>
  );
}

/** How much of the file was uploaded. The body of a message is empty until then. */
function Progress({ message: { progress, status, body, remark, media } }: { message: Message }) {
  const texts = useTexts();
  if (status !== 'sending' || (progress === undefined && body !== '')) return null;
  return <progress value={progress} aria-label={texts.uploading(remark ?? media)} />;
}

/** What became of an own message. A failed one can be sent again or discarded. */
function State({ conversation, message }: MessageViewProps) {
  const texts = useTexts();
  useConversation(conversation);
  if (message.status === 'failed') {
    return (
      <>
        <strong className="error">
          {texts.notSent}
          {message.error && `: ${message.error.message}`}
        </strong>{' '}
        <button type="button" onClick={() => conversation.retry(message)}>
          {texts.retry}
        </button>{' '}
        <button type="button" onClick={() => conversation.discard(message)}>
          {texts.discard}
        </button>
      </>
    );
  }
  const readers = conversation.readersOf(message).length;
  const [sign, text] =
    message.status === 'sending'
      ? ['…', texts.sending]
      : readers === 0
        ? ['✓', texts.sent]
        : ['✓✓', message.kind === 'group' ? texts.readBy(readers) : texts.read];
  return (
    <span className="state" title={text}>
      <span aria-hidden="true">
        {sign}
        {message.kind === 'group' && readers > 0 && ` ${readers}`}
      </span>
      <span className="hidden">{text}</span>
    </span>
  );
}
