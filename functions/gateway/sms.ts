import { TIMEOUT_MS } from '../shared/aws-client.ts';
import { requireEnv } from '../shared/environment.ts';
import { postSigned } from './signed-request.ts';

/**
 * Sends a text message. The SDK client would do the same, but adds 25 KB to the bundle.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 * @param phone in E.164 format: `+8613800138000`
 * @throws when SNS rejects the message
 */
export async function sendSms(phone: string, text: string): Promise<void> {
  const region = requireEnv('AWS_REGION');
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  // All AWS SDKs use this variable to redirect requests to another endpoint.
  const endpoint = process.env.AWS_ENDPOINT_URL ?? `https://sns.${region}.${suffix}`;
  const parameters = new URLSearchParams({
    Action: 'Publish',
    Version: '2010-03-31',
    PhoneNumber: phone,
    Message: text,
    // AWS delivers transactional messages with priority, and also to users who opted out of promotional messages.
    'MessageAttributes.entry.1.Name': 'AWS.SNS.SMS.SMSType',
    'MessageAttributes.entry.1.Value.DataType': 'String',
    'MessageAttributes.entry.1.Value.StringValue': 'Transactional',
  });
  const { status, body } = await postSigned(new URL('/', endpoint).href, {
    service: 'sns',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: parameters.toString(),
    timeoutMs: TIMEOUT_MS.service,
  });
  if (status >= 300) throw new Error(`SNS answered ${status}: ${body}`);
}
