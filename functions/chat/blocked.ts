import { Forbidden } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import { findApp } from '../store/apps.ts';
import type { Audience } from './audience.ts';

/**
 * The audience of a user whom the receiver blocks: with the setting `blocked` = `silent`, nobody but the other devices of
 * the sender, and nothing is stored.
 * @throws Forbidden 5003 with the setting `refuse`
 */
export async function ofBlocked(
  speaker: Principal,
  receiver: Principal,
  { senderView, speakerConnections }: Pick<Audience, 'senderView' | 'speakerConnections'>,
): Promise<Audience> {
  const app = await findApp(speaker.app);
  if (app?.blocked !== 'silent') throw new Forbidden(`${receiver.id} does not accept messages from ${speaker.id}`);
  return {
    conversation: undefined,
    senderView,
    // The sender may mention the receiver, as usual. Nothing is pushed.
    recipients: { recipients: [], away: [receiver] },
    pushes: false,
    speakerConnections,
    isDropped: true,
  };
}
