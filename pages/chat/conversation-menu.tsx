import type { Conversation } from 'macaw-client';
import { useConversation, useMacaw } from 'macaw-client/react';
import { blocks } from 'macaw-client/resources';
import { useEffect, useState } from 'react';
import { useTask } from '../shared/task.ts';
import { useTexts } from './language.ts';

/** Mutes, pins and blocks: what a user decides about a conversation for themselves. */
export function ConversationMenu({ conversation }: { conversation: Conversation }) {
  const texts = useTexts();
  const { muted, pinned } = useConversation(conversation);
  const { run, isBusy, error } = useTask((change: { muted?: boolean; pinned?: boolean }) =>
    conversation.configure(change),
  );
  const { kind, id } = conversation;
  if (kind === 'room') return null;
  return (
    <>
      <button
        type="button"
        className="quiet"
        aria-pressed={pinned}
        disabled={isBusy}
        onClick={() => run({ pinned: !pinned })}
      >
        {texts.pin}
      </button>
      <button
        type="button"
        className="quiet"
        aria-pressed={muted}
        disabled={isBusy}
        onClick={() => run({ muted: !muted })}
      >
        {texts.mute}
      </button>
      {(kind === 'friend' || kind === 'stranger') && <Block id={id} />}
      <p role="alert" className="error">
        {error && texts.failed(error)}
      </p>
    </>
  );
}

/** Blocks the other user, or ends the block. */
function Block({ id }: { id: string }) {
  const texts = useTexts();
  const client = useMacaw();
  const [isBlocked, setBlocked] = useState<boolean>();
  useEffect(() => {
    // After a failure, the button blocks, which can be repeated.
    blocks(client)
      .list()
      .then(
        (list) => setBlocked(list.some((one) => one.id === id)),
        () => setBlocked(false),
      );
  }, [client, id]);
  const { run, isBusy, error } = useTask(async (block: boolean) => {
    await (block ? blocks(client).add(id) : blocks(client).remove(id));
    setBlocked(block);
  });
  return (
    <>
      <button
        type="button"
        className="quiet"
        aria-pressed={isBlocked}
        disabled={isBusy || isBlocked === undefined}
        onClick={() => run(!isBlocked)}
      >
        {texts.block}
      </button>
      <p role="alert" className="error">
        {error && texts.failed(error)}
      </p>
    </>
  );
}
