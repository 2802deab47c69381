import type { PushEvent, PushJob } from '../jobs/push.ts';
import { shorten } from './shorten.ts';

/** What a push says and carries. */
export interface Notification {
  readonly prefix: string;
  readonly text: string;
  readonly suffix: string;
  readonly sound: string | undefined;
  /** The number on the app's icon. */
  readonly badge: number;
  /** Whether the app is woken to fetch something. */
  readonly contentAvailable: boolean;
  readonly event: PushEvent & { readonly truncated?: true };
}

/** What both Apple and Google take, in bytes. */
export const PAYLOAD_BYTES = 4096;

/** How much of the text remains when more than the text is too long, in characters. */
const SHOWN = 100;

export const alertOf = ({ prefix, text, suffix }: Notification) => prefix + text + suffix;

/** Whether nothing is shown: only the app is to wake up. */
export const isSilent = (notification: Notification) =>
  notification.contentAvailable && !notification.sound && alertOf(notification) === '';

/**
 * Apple's payload. It carries the message as a JSON string, so that the app can show it without asking the server.
 * Source: https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification
 */
export function applePayload(notification: Notification): string {
  return within(notification, (fitting) => {
    const { sound, badge, contentAvailable, event } = fitting;
    return write({
      aps: {
        // A push that shows nothing must hold nothing to show.
        ...(!isSilent(fitting) && { alert: alertOf(fitting), badge, ...(sound && { sound }) }),
        ...(contentAvailable && { 'content-available': 1 }),
      },
      parrot: write(event),
    });
  });
}

/**
 * Google's message, as SNS takes it.
 * Source: https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages
 * @param ttl how long Google keeps it for a device that cannot be reached, in seconds
 */
export function googlePayload(notification: Notification, ttl: number): string {
  return within(notification, (fitting) => {
    const { sound, badge, event } = fitting;
    const shown = !isSilent(fitting);
    const android = {
      priority: shown ? 'high' : 'normal',
      ttl: `${ttl}s`,
      // One message is shown once, however often it comes.
      ...(shown && { notification: { tag: event.id, notification_count: badge, ...(sound && { sound }) } }),
    };
    const data = { parrot: write(event) };
    const message = { ...(shown && { notification: { body: alertOf(fitting) } }), data, android };
    return write({ fcmV1Message: { message } });
  });
}

/** JSON without halves of characters, which some parsers take for broken. */
function write(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === 'string' ? Buffer.from(part).toString() : part));
}

type Stage = (notification: Notification, fits: (shortened: Notification) => boolean) => Notification;

/** In which order a push is shortened: each of these as far as needed, and the next only if that was not enough. */
const STAGES: readonly Stage[] = [
  (it, fits) => ({ ...it, text: shorten(it.text, (text) => fits({ ...it, text }), SHOWN) }),
  ({ event: { remark: _, ...event }, ...it }) => ({ ...it, event: { ...event, truncated: true } }),
  (it, fits) => {
    const { media, body } = it.event.content;
    const cut = (shortened: string) => ({ ...it, event: { ...it.event, content: { media, body: shortened } } });
    // Half a URL is of no use.
    return cut(media === 0 ? shorten(body, (shortened) => fits(cut(shortened))) : '');
  },
  (it, fits) => {
    const alert = (text: string) => ({ ...it, prefix: '', text, suffix: '' });
    return alert(shorten(alertOf(it), (text) => fits(alert(text))));
  },
];

function within(notification: Notification, payload: (fitting: Notification) => string): string {
  const fits = (it: Notification) => Buffer.byteLength(payload(it)) <= PAYLOAD_BYTES;
  let fitting = notification;
  for (const stage of STAGES) {
    if (fits(fitting)) break;
    fitting = stage(fitting, fits);
  }
  return payload(fitting);
}

/** What a sender asked of a push, with what the application says of the message. */
export function composeNotification(
  event: PushEvent,
  text: string,
  badge: number,
  push: PushJob['push'],
): Notification {
  return {
    prefix: push?.prefix ?? '',
    text: push?.overwrite || text,
    suffix: push?.suffix ?? '',
    sound: push?.sound || undefined,
    badge: push?.badge ?? badge,
    contentAvailable: push?.contentAvailable ?? false,
    event,
  };
}
