import { isObject, type Json, tryParse } from '../shared/json.ts';
import type { Platform } from './credentials.ts';
import { invalidParameter, SnsError } from './errors.ts';
import type { Outbox } from './outbox.ts';
import type { Parameters } from './query-protocol.ts';
import type { Registry } from './registry.ts';

/** The limits in bytes of a message and of platform payloads. */
const MESSAGE_BYTES = 256 * 1024;
const PAYLOAD_BYTES = 4096;
const SMS_CHARACTERS = 1600;

const E164 = /^\+[1-9]\d{6,14}$/;

const tooLong = () => new SnsError('InvalidParameter', 400, 'Invalid parameter: Message too long');

export interface Mail {
  registry: Registry;
  outbox: Outbox;
}

/**
 * Publishes to an endpoint or a phone number, and returns the message id.
 * Source: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 * @throws SnsError
 */
export function publish(parameters: Parameters, mail: Mail): string {
  const phoneNumber = parameters.text('PhoneNumber');
  const message = parameters.required('Message');
  if (Buffer.byteLength(message) > MESSAGE_BYTES) throw tooLong();
  if (phoneNumber !== undefined) return sms(phoneNumber, message, parameters.messageAttributes(), mail);
  const target = parameters.text('TargetArn');
  if (target === undefined) throw invalidParameter('TopicArn', 'the local cloud does not support topics');
  return push(target, message, parameters, mail);
}

function sms(phoneNumber: string, text: string, attributes: Record<string, string>, { outbox }: Mail): string {
  if (!E164.test(phoneNumber)) throw invalidParameter('PhoneNumber', `${phoneNumber} is not valid to publish to`);
  if (text.length > SMS_CHARACTERS) throw invalidParameter('Message', 'Message too long');
  const type = attributes['AWS.SNS.SMS.SMSType'] ?? 'Promotional';
  if (type !== 'Promotional' && type !== 'Transactional')
    throw invalidParameter('SMSType', `${type} is neither Promotional nor Transactional`);
  const sender = attributes['AWS.SNS.SMS.SenderID'];
  if (sender !== undefined && !/^(?=.*[a-z])[a-z\d-]{1,11}$/i.test(sender))
    throw invalidParameter('SenderID', `${sender} is no valid sender`);
  outbox.faults.strike(phoneNumber);
  return outbox.add({ kind: 'sms', phoneNumber, text, attributes });
}

function push(target: string, message: string, parameters: Parameters, { registry, outbox }: Mail): string {
  const endpoint = registry.find(target);
  if (!endpoint) throw invalidParameter('TargetArn', 'No endpoint found for the target arn specified');
  const { platform, attributes: settings } = registry.application(endpoint.application);
  const { Token: token = '', Enabled: enabled } = endpoint.attributes;
  const structured = parameters.text('MessageStructure') === 'json';
  const content = structured ? select(platform, message) : message;
  const payload = notification(platform, content, structured);
  const attributes = parameters.messageAttributes();
  checkAppleAttributes(attributes);
  if (settings.Enabled === 'false')
    throw new SnsError('PlatformApplicationDisabled', 400, 'Platform application is disabled');
  if (enabled === 'false') throw new SnsError('EndpointDisabled', 400, 'Endpoint is disabled');
  outbox.faults.strike(token);
  return outbox.add({
    kind: 'push',
    platform,
    application: endpoint.application,
    endpoint: target,
    token,
    payload,
    bytes: Buffer.byteLength(content),
    attributes: effective(platform, attributes),
  });
}

/** The part of a message for one platform. */
function select(platform: Platform, message: string): string {
  const parts = tryParse(message);
  if (!isObject(parts)) throw invalidParameter('Message Structure', 'JSON message body failed to parse');
  const part = parts[platform] ?? parts.default;
  if (typeof part !== 'string') {
    const text = `Invalid parameter: JSON must contain an entry for 'default' or '${platform}'.`;
    throw new SnsError('InvalidParameter', 400, text);
  }
  return part;
}

/** The payload for the platform: JSON, or plain text that SNS wraps. */
function notification(platform: Platform, content: string, structured: boolean): Json {
  if (Buffer.byteLength(content) > PAYLOAD_BYTES) throw tooLong();
  const payload = tryParse(content);
  const wanted = platform === 'GCM' ? ['notification', 'data', 'fcmV1Message'] : ['aps'];
  if (isObject(payload) && wanted.some((name) => name in payload)) return payload;
  if (structured && isObject(payload))
    throw invalidParameter('Message', `Invalid notification for protocol ${platform}: Notification is malformed`);
  return platform === 'GCM' ? { data: { default: content } } : { aps: { alert: content } };
}

const APPLE_ATTRIBUTES: Record<string, RegExp> = {
  'APNS.PUSH_TYPE': /^(alert|background|voip|complication|fileprovider|mdm)$/,
  'APNS.PRIORITY': /^(1|5|10)$/,
  'APNS.TTL': /^\d{1,7}$/,
  'APNS_SANDBOX.TTL': /^\d{1,7}$/,
  'APNS.TOPIC': /^[a-zA-Z0-9.-]+$/,
};

/** Each platform has its own time-to-live attribute, and ignores those of other platforms. */
function effective(platform: Platform, attributes: Record<string, string>): Record<string, string> {
  const others = /^AWS\.SNS\.MOBILE\.(\w+)\.TTL$/;
  return Object.fromEntries(
    Object.entries(attributes).filter(([name]) => (others.exec(name)?.[1] ?? platform) === platform),
  );
}

function checkAppleAttributes(attributes: Record<string, string>): void {
  for (const [name, pattern] of Object.entries(APPLE_ATTRIBUTES)) {
    const value = attributes[`AWS.SNS.MOBILE.${name}`];
    if (value !== undefined && !pattern.test(value))
      throw invalidParameter('MessageAttributes', `${value} is no value of AWS.SNS.MOBILE.${name}`);
  }
}
