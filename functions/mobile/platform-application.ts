import {
  CreatePlatformApplicationCommand,
  InvalidParameterException,
  SetPlatformApplicationAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { clientConfig } from '../shared/aws-client.ts';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import { type Platform, SNS_PLATFORM } from '../store/platforms.ts';

const sns = new SNSClient(clientConfig('service'));
const prefix = requireEnv(ENV.platformPrefix);

/**
 * Stores credentials in SNS, which is the only place that keeps them. Existing endpoints stay valid when new
 * credentials replace old ones.
 * @param arn the existing platform application, if any
 * @returns the ARN of the platform application
 * @throws ChatError 5001 when SNS rejects the credentials
 */
export async function storeCredentials(
  app: string,
  platform: Platform,
  arn: string | undefined,
  attributes: Record<string, string>,
): Promise<string> {
  try {
    if (arn === undefined) return await create(`${prefix}-${app}`, platform, attributes);
    await sns.send(
      new SetPlatformApplicationAttributesCommand({ PlatformApplicationArn: arn, Attributes: attributes }),
    );
    return arn;
  } catch (error) {
    if (!(error instanceof InvalidParameterException)) throw error;
    throw new ChatError(ERROR.badParameter, `SNS rejected the credentials: ${error.message}`);
  }
}

async function create(name: string, platform: Platform, attributes: Record<string, string>): Promise<string> {
  const { PlatformApplicationArn } = await sns.send(
    new CreatePlatformApplicationCommand({ Name: name, Platform: SNS_PLATFORM[platform], Attributes: attributes }),
  );
  if (!PlatformApplicationArn) throw new Error('SNS created a platform application without an ARN');
  return PlatformApplicationArn;
}
