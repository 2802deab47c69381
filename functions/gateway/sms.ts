import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { clientConfig } from '../shared/aws-client.ts';

const sns = new SNSClient(clientConfig('service'));

/** Sends a text message. @param phone in the form of E.164: `+8613800138000` */
export async function sendSms(phone: string, text: string): Promise<void> {
  await sns.send(
    new PublishCommand({
      PhoneNumber: phone,
      Message: text,
      // Codes go out ahead of advertising, and also to those who refused that.
      MessageAttributes: { 'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: 'Transactional' } },
    }),
  );
}
