import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import { clientConfig } from '../shared/aws-client.ts';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';

const Keys = z.object({ clientKey: z.string(), masterKey: z.string() });

/** The keys of an application, as stored in its secret. */
export type Keys = z.output<typeof Keys>;

const prefix = requireEnv(ENV.secretPrefix);
const client = new SecretsManagerClient(clientConfig('service'));

/**
 * Adds instructions to the error for a deleted secret. A deleted secret reserves its name for up to 30 days.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html
 */
function explained(app: string, error: unknown): unknown {
  if (!named(error, 'InvalidRequestException') || !/deletion/.test(String(error))) return error;
  const name = secretOf(app);
  return new Error(
    `The secret ${name} is scheduled for deletion and blocks its name. To keep its keys: aws secretsmanager restore-secret ` +
      `--secret-id ${name}. To create new keys: aws secretsmanager delete-secret --secret-id ${name} ` +
      '--force-delete-without-recovery. Then deploy again.',
  );
}

const named = (error: unknown, ...names: string[]) => error instanceof Error && names.includes(error.name);

/** The name of the secret that holds the keys of an application. */
export const secretOf = (app: string) => `${prefix}${app}`;

/**
 * The keys of an application. Undefined when it has no readable secret.
 * @throws when the secret has another format; the message does not reveal the value
 */
export async function readKeys(app: string): Promise<Keys | undefined> {
  try {
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: secretOf(app) }));
    return parse(app, SecretString);
  } catch (error) {
    // The grant matches ARNs. A secret that does not exist has none, so AWS may return AccessDenied for it.
    if (named(error, 'ResourceNotFoundException', 'AccessDeniedException')) return undefined;
    throw explained(app, error);
  }
}

function parse(app: string, text: string): Keys {
  try {
    return Keys.parse(JSON.parse(text));
  } catch {
    throw new Error(`The secret ${secretOf(app)} does not hold {"clientKey": "…", "masterKey": "…"}`);
  }
}

/** Creates the secret of an application. @returns false when a secret exists, which stays unchanged */
export async function createKeys(app: string, keys: Keys): Promise<boolean> {
  try {
    await client.send(
      new CreateSecretCommand({
        Name: secretOf(app),
        Description: `Macaw: the keys of the application ${app}`,
        SecretString: JSON.stringify(keys),
      }),
    );
    return true;
  } catch (error) {
    if (named(error, 'ResourceExistsException')) return false;
    throw explained(app, error);
  }
}

/** Replaces the keys in the secret of an application. The previous value stays readable as `AWSPREVIOUS`. */
export async function replaceKeys(app: string, keys: Keys): Promise<void> {
  await client.send(new PutSecretValueCommand({ SecretId: secretOf(app), SecretString: JSON.stringify(keys) }));
}
