import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { clientConfig } from '../shared/aws-client.ts';
import type { App } from '../store/apps.ts';
import { platformOf, SNS_PLATFORM } from '../store/platforms.ts';
import { applePayload, googlePayload, isSilent, type Notification } from './notification.ts';

/** The SDK retries throttled requests and failures inside SNS, with backoff and jitter. */
const client = new SNSClient({ ...clientConfig('service'), maxAttempts: 4 });

/** Equal to the retention of messages between friends, in seconds. A later push would announce a deleted message. */
const TTL = 7 * 24 * 60 * 60;

/**
 * Pushes to an endpoint. Returns `disabled` when the device token is no longer valid, and throws on every other
 * failure.
 */
export async function publish(app: App, endpoint: string, notification: Notification): Promise<'sent' | 'disabled'> {
  const platform = platformOf(endpoint);
  const google = platform === 'fcm';
  const payload = google ? googlePayload(notification, TTL) : applePayload(notification);
  const attributes = google ? {} : appleAttributes(notification, app[platform]?.bundle, SNS_PLATFORM[platform]);
  try {
    await client.send(
      new PublishCommand({
        TargetArn: endpoint,
        MessageStructure: 'json',
        // SNS requires a default message, which no platform receives.
        Message: JSON.stringify({ default: notification.event.id, [SNS_PLATFORM[platform]]: payload }),
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, value]) => [
            `AWS.SNS.MOBILE.${name}`,
            { DataType: 'String', StringValue: value },
          ]),
        ),
      }),
    );
    return 'sent';
  } catch (error) {
    if (isDisabled(error)) return 'disabled';
    throw error;
  }
}

/** Source: https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html */
function appleAttributes(
  notification: Notification,
  bundle: string | undefined,
  platform: string,
): Record<string, string> {
  const silent = isSilent(notification);
  return {
    'APNS.PUSH_TYPE': silent ? 'background' : 'alert',
    'APNS.PRIORITY': silent ? '5' : '10',
    // Only the TTL attribute has a separate name for the sandbox.
    [`${platform}.TTL`]: String(TTL),
    // With the collapse id, a repeated push replaces the first one.
    'APNS.COLLAPSE_ID': notification.event.id,
    ...(bundle !== undefined && { 'APNS.TOPIC': bundle }),
  };
}

/** Whether the push service rejected the token, or the endpoint was deleted. */
function isDisabled(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'EndpointDisabledException' || /No endpoint found/.test(error.message);
}
