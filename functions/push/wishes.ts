import type { PushJob } from '../jobs/push.ts';
import { TYPE } from '../shared/wire.ts';
import { conversationSettings } from '../store/conversation-settings.ts';
import { type Lookup, lookup } from '../store/dynamo.ts';
import { type PushSettingsOfUser, pushSettings, type QuietHours } from '../store/push-settings.ts';

/** How a user wants a push: as it is, without the text of the message, or not at all. */
export type PushWish = 'shown' | 'hidden' | 'none';

const KINDS = ['friend', 'group', 'visitor', 'stranger'] as const;

/**
 * How the users of a job want it pushed. Takes one batch read per fifty users who have settings, else nothing.
 * @param now epoch ms
 */
export async function pushWishes(
  { app, event: { from, recalled }, mentions = [], targets }: PushJob,
  now: number,
): Promise<(user: string) => PushWish> {
  // It takes a text off the screens of phones that show it. The others get none.
  const isReplacement = recalled !== undefined;
  const users = [...new Set(targets.filter(({ settings }) => settings).map(({ user }) => user))];
  const found = await lookup(users.flatMap((id) => [ofUser(id), ofConversation(id)]));
  return (user) => {
    const n = 2 * users.indexOf(user);
    if (n < 0) return 'shown';
    return found[n + 1] === 'none' ? 'none' : (found[n] ?? 'shown');
  };

  function ofUser(id: string): Lookup<PushWish> {
    const { parse, ...item } = pushSettings({ app, kind: 'user', id });
    return { ...item, parse: (stored) => wishOf(parse(stored), { now, isReplacement }) };
  }

  function ofConversation(id: string): Lookup<PushWish> {
    const kind = from && KINDS.find((one) => TYPE[one] === from.type);
    const isMentioned = mentions === 'all' || mentions.includes(id);
    const address = { kind: kind ?? 'friend', peer: from?.gid ?? from?.id ?? '' };
    const { parse, ...item } = conversationSettings({ app, kind: 'user', id }, address);
    // A system message belongs to no conversation.
    return {
      ...item,
      parse: (stored) => (kind && !isMentioned && !isReplacement && parse(stored).muted ? 'none' : 'shown'),
    };
  }
}

function wishOf(
  { preview, quiet }: PushSettingsOfUser,
  { now, isReplacement }: { now: number; isReplacement: boolean },
): PushWish {
  if (quiet && !isReplacement && isQuiet(quiet, now)) return 'none';
  return preview ? 'shown' : 'hidden';
}

/** Whether a time lies in the hours, which may include midnight. Equal bounds mean the whole day. */
export function isQuiet({ from, to, zone }: QuietHours, now: number): boolean {
  const time = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(now);
  return from < to ? from <= time && time < to : from <= time || time < to;
}
