import { enqueueRecalledPush } from '../jobs/recalled-push-enqueue.ts';
import { logger } from '../observe/logger.ts';
import { checkContent } from '../shared/content.ts';
import { parse } from '../shared/parse.ts';
import { parseId } from '../shared/principal.ts';
import { TYPE, type Type } from '../shared/wire.ts';
import { findApp } from '../store/apps.ts';
import { EditInput, ReactInput, RecallInput } from './change-input.ts';
import { actAsParticipant, admitAct, type ChangedMessage, type Target } from './change-message.ts';
import type { Act } from './change-rules.ts';
import { checkSession, notLoggedIn, type Sender } from './check-session.ts';
import { deliver } from './delivery.ts';
import { fanOut } from './fan-out.ts';

/** The events of clients that change a message. */
export type ChangeName = 'edit' | 'recall' | 'react';

export interface ChangeAnswer extends ChangedMessage {
  /** Resolves when all devices know the change. Never rejects. */
  readonly delivered: Promise<void>;
}

/**
 * Handles `edit`, `recall` and `react`. Changes the stored message and sends the change to all other devices of the
 * participants. A repetition has no effect and the same answer.
 * @throws ChatError 5001, 5003, 5004, 5005, 5008, 5009 or 5010: then nothing was changed
 */
export async function changeEvent(
  name: ChangeName,
  sender: Sender,
  input: unknown,
  now: number,
): Promise<ChangeAnswer> {
  const { connectionId, proof: _, ...actor } = sender;
  const { act, target } = read(name, input);
  const [audience, app] = await Promise.all([admitAct(act, actor, target), findApp(actor.app)]);
  await checkSession(sender, audience.speakerConnections, now);
  if (!app) throw notLoggedIn();
  const { answer, notice } = await actAsParticipant(act, actor, target, audience, app, now);
  return { ...answer, delivered: notice ? publish() : Promise.resolve() };

  async function publish(): Promise<void> {
    if (!notice) return;
    const others = audience.speakerConnections.filter((device) => device.connectionId !== connectionId);
    await Promise.all([
      fanOut({ app: actor.app, event: notice.others, priority: 'message' }, audience.recipients).catch((error) =>
        logger.error('Delivery of a change incomplete', { error }),
      ),
      deliver(others, notice.own),
      act.kind === 'recall' && enqueueRecalledPush(actor, notice.conversation, notice.message, now),
    ]);
  }
}

function read(name: ChangeName, input: unknown): { act: Act; target: Target } {
  switch (name) {
    case 'edit': {
      const { content, ...target } = parse(EditInput, input, name);
      checkContent({ content, remark: undefined }, name);
      return { act: { kind: name, content }, target: targetOf(name, target) };
    }
    case 'recall':
      return { act: { kind: name }, target: targetOf(name, parse(RecallInput, input, name)) };
    case 'react': {
      const { reaction, remove, ...target } = parse(ReactInput, input, name);
      return { act: { kind: name, reaction, remove: remove === true }, target: targetOf(name, target) };
    }
  }
}

const targetOf = (
  name: ChangeName,
  { to, id }: { to: { id: unknown; type?: Type | undefined }; id: string },
): Target => ({
  to: { id: parseId(to.id, `${name}.to.id`), type: to.type ?? TYPE.friend },
  id,
});
