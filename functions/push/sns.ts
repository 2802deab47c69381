import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { clientConfig } from '../shared/aws-client.ts';
import type { App } from '../store/apps.ts';
import { platformOf, SNS_PLATFORM } from '../store/platforms.ts';
import { applePayload, googlePayload, isSilent, type Notification } from './notification.ts';

/** The SDK retries what was throttled or failed inside SNS, with backoff and jitter. */
const client = new SNSClient({ ...clientConfig('service'), maxAttempts: 4 });

/** As long as a message of friends is kept: who was away for longer finds it nowhere else either. Seconds. */
const TTL = 7 * 24 * 60 * 60;

/**
 * Pushes to an endpoint. Answers `disabled` when the device's token is not valid any more; throws on every other failure.
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
        // SNS wants a default, which no platform gets.
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
    // Of all these, only the time to live has a name of its own for the sandbox.
    [`${platform}.TTL`]: String(TTL),
    // One message is shown once, however often it comes.
    'APNS.COLLAPSE_ID': notification.event.id,
    ...(bundle !== undefined && { 'APNS.TOPIC': bundle }),
  };
}

/** A push service has refused the token, or somebody has deleted the endpoint. */
function isDisabled(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'EndpointDisabledException' || /No endpoint found/.test(error.message);
}
