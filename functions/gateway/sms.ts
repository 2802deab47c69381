import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { clientConfig } from '../shared/aws-client.ts';

const sns = new SNSClient(clientConfig('service'));

/** Sends a text message. @param phone in E.164 format: `+8613800138000` */
export async function sendSms(phone: string, text: string): Promise<void> {
  await sns.send(
    new PublishCommand({
      PhoneNumber: phone,
      Message: text,
      // AWS delivers transactional messages with priority, and also to users who opted out of promotional messages.
      MessageAttributes: { 'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: 'Transactional' } },
    }),
  );
}
