import {
  CreatePlatformApplicationCommand,
  InvalidParameterException,
  SetPlatformApplicationAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { ENV } from '../constants.ts';
import { requireEnv } from '../environment.ts';
import { type Credential, SNS_PLATFORM } from '../store/platforms.ts';
import { readP12 } from './certificate.ts';
import { readP8, readServiceAccount } from './keys.ts';
import { Refused, Request } from './upload.ts';

const sns = new SNSClient({});
const prefix = requireEnv(ENV.platformPrefix);

/**
 * Checks uploaded credentials and hands them to SNS, which alone keeps them. Nothing of them is logged.
 * Answers what may be known of them, or `refused` with what is wrong.
 */
export async function handler(event: unknown): Promise<Credential | { refused: string }> {
  const request = Request.parse(event);
  try {
    const { attributes, ...known } = read(request);
    return { arn: await store(request, attributes), ...known };
  } catch (error) {
    if (error instanceof Refused) return { refused: error.message };
    if (error instanceof InvalidParameterException) return { refused: `SNS does not take them: ${error.message}` };
    throw error;
  }
}

interface Read extends Omit<Credential, 'arn'> {
  /** Source: https://docs.aws.amazon.com/sns/latest/api/API_SetPlatformApplicationAttributes.html */
  readonly attributes: Record<string, string>;
}

function read({ platform, upload }: Request): Read {
  if (platform === 'fcm') {
    const { json, project } = readServiceAccount(upload);
    return { kind: 'service account', bundle: project, attributes: { PlatformCredential: json } };
  }
  if (upload.keyId !== undefined || upload.teamId !== undefined) {
    const { pem, keyId, teamId, bundleId } = readP8(upload);
    const attributes = {
      PlatformPrincipal: keyId,
      PlatformCredential: pem,
      ApplePlatformTeamID: teamId,
      ApplePlatformBundleID: bundleId,
    };
    return { kind: 'key', bundle: bundleId, attributes };
  }
  const { certificate, privateKey, bundle, expires } = readP12(upload, platform === 'apns_sandbox', Date.now());
  const attributes = { PlatformPrincipal: certificate, PlatformCredential: privateKey };
  return { kind: 'certificate', ...(bundle !== undefined && { bundle }), expires, attributes };
}

/** Endpoints stay what they are when the credentials of their platform application are replaced. */
async function store({ app, platform, arn }: Request, attributes: Record<string, string>): Promise<string> {
  if (arn !== undefined) {
    await sns.send(
      new SetPlatformApplicationAttributesCommand({ PlatformApplicationArn: arn, Attributes: attributes }),
    );
    return arn;
  }
  const { PlatformApplicationArn } = await sns.send(
    new CreatePlatformApplicationCommand({
      Name: `${prefix}-${app}`,
      Platform: SNS_PLATFORM[platform],
      Attributes: attributes,
    }),
  );
  if (!PlatformApplicationArn) throw new Error('SNS created a platform application without an ARN');
  return PlatformApplicationArn;
}
