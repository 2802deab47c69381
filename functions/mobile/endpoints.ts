import {
  CreatePlatformEndpointCommand,
  DeleteEndpointCommand,
  GetEndpointAttributesCommand,
  InvalidParameterException,
  SetEndpointAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { clientConfig } from '../shared/aws-client.ts';
import { ChatError, ERROR } from '../shared/errors.ts';

const sns = new SNSClient(clientConfig('service'));

/** SNS names the existing endpoint of a token in this error message. */
const EXISTING = /Endpoint (arn:aws[^ ]+) already exists with the same Token/;

/** An endpoint, and the installation that owned it before, if that was another one. */
export interface Claimed {
  readonly endpoint: string;
  readonly previous: string | undefined;
}

/**
 * Assigns the endpoint of a device token to an installation, and enables it if SNS disabled it.
 * @param application the ARN of a platform application
 * @throws ChatError 5001 when SNS rejects the token
 */
export async function claimEndpoint(application: string, token: string, installation: string): Promise<Claimed> {
  const endpoint = await createEndpoint(application, token, installation);
  const { Attributes } = await sns.send(new GetEndpointAttributesCommand({ EndpointArn: endpoint }));
  const owner = Attributes?.CustomUserData;
  if (owner !== installation || Attributes?.Enabled !== 'true') {
    const wanted = { CustomUserData: installation, Enabled: 'true' };
    await sns.send(new SetEndpointAttributesCommand({ EndpointArn: endpoint, Attributes: wanted }));
  }
  return { endpoint, previous: owner === installation ? undefined : owner };
}

async function createEndpoint(application: string, token: string, installation: string): Promise<string> {
  try {
    const created = await sns.send(
      new CreatePlatformEndpointCommand({
        PlatformApplicationArn: application,
        Token: token,
        CustomUserData: installation,
      }),
    );
    if (!created.EndpointArn) throw new Error('SNS created an endpoint without an ARN');
    return created.EndpointArn;
  } catch (error) {
    if (!(error instanceof InvalidParameterException)) throw error;
    const [, existing] = EXISTING.exec(error.message) ?? [];
    if (existing) return existing;
    throw new ChatError(ERROR.badParameter, 'body.deviceToken: SNS rejected it; expected the push token of a device');
  }
}

/** Deletes an endpoint. A missing endpoint is not an error. */
export async function deleteEndpoint(endpoint: string): Promise<void> {
  await sns.send(new DeleteEndpointCommand({ EndpointArn: endpoint }));
}
