import type { PushEvent, PushJob } from '../jobs/push.ts';
import { shorten } from './shorten.ts';

/** The content of a push. */
export interface Notification {
  readonly prefix: string;
  readonly text: string;
  readonly suffix: string;
  readonly sound: string | undefined;
  /** The number on the app's icon. */
  readonly badge: number;
  /** Whether the push wakes the app to fetch data. */
  readonly contentAvailable: boolean;
  /** The notification channel on Android. */
  readonly channelId: string | undefined;
  readonly event: PushEvent & { readonly truncated?: true };
}

/** Maximum payload size of Apple and Google, in bytes. */
export const PAYLOAD_BYTES = 4096;

/** Number of characters of the text that stay when the payload is still too large. */
const SHOWN = 100;

export const alertOf = ({ prefix, text, suffix }: Notification) => prefix + text + suffix;

/** Whether the push shows nothing and only wakes the app. */
export const isSilent = (notification: Notification) =>
  notification.contentAvailable && !notification.sound && alertOf(notification) === '';

/**
 * Builds the payload for Apple. It contains the message as a JSON string, so that the app can show it without a
 * request.
 * Source: https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification
 */
export function applePayload(notification: Notification): string {
  return within(notification, (fitting) => {
    const { sound, badge, contentAvailable, event } = fitting;
    return write({
      aps: {
        // A silent push must not contain an alert, a badge or a sound.
        ...(!isSilent(fitting) && { alert: alertOf(fitting), badge, ...(sound && { sound }) }),
        ...(contentAvailable && { 'content-available': 1 }),
      },
      parrot: write(event),
    });
  });
}

/**
 * Builds the message for Google, in the format of SNS.
 * Source: https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages
 * @param ttl how long Google keeps the push for an unreachable device, in seconds
 */
export function googlePayload(notification: Notification, ttl: number): string {
  return within(notification, (fitting) => {
    const { sound, badge, channelId, event } = fitting;
    const shown = !isSilent(fitting);
    const android = {
      priority: shown ? 'high' : 'normal',
      ttl: `${ttl}s`,
      // With the tag, a repeated push replaces the first one.
      ...(shown && {
        notification: {
          tag: event.id,
          notification_count: badge,
          ...(sound && { sound }),
          ...(channelId && { channel_id: channelId }),
        },
      }),
    };
    const data = { parrot: write(event) };
    const message = { ...(shown && { notification: { body: alertOf(fitting) } }), data, android };
    return write({ fcmV1Message: { message } });
  });
}

/** Serializes to JSON without lone surrogates, which some parsers reject. */
function write(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === 'string' ? Buffer.from(part).toString() : part));
}

type Stage = (notification: Notification, fits: (shortened: Notification) => boolean) => Notification;

/** The steps that shorten a push, in order. Each step runs only if the payload is still too large. */
const STAGES: readonly Stage[] = [
  (it, fits) => ({ ...it, text: shorten(it.text, (text) => fits({ ...it, text }), SHOWN) }),
  ({ event: { remark: _, ...event }, ...it }) => ({ ...it, event: { ...event, truncated: true } }),
  (it, fits) => {
    const { media, body } = it.event.content;
    const cut = (shortened: string) => ({ ...it, event: { ...it.event, content: { media, body: shortened } } });
    // A truncated URL is useless, so it is removed.
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

/** Combines the push options of the sender with the text of the application. */
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
    channelId: push?.channelId ?? undefined,
    event,
  };
}

/** The notification without the content of the message, for users who want no preview. */
export function withoutPreview(notification: Notification, text: string): Notification {
  const { remark: _, content, ...event } = notification.event;
  return {
    ...notification,
    prefix: '',
    text: isSilent(notification) ? '' : text,
    suffix: '',
    event: { ...event, content: { media: content.media, body: '' }, truncated: true },
  };
}
