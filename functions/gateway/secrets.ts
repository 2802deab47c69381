import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';

const Keys = z.object({ clientKey: z.string(), masterKey: z.string() });

/** The keys of an application, as its secret holds them. */
export type Keys = z.output<typeof Keys>;

const prefix = requireEnv(ENV.secretPrefix);
const client = new SecretsManagerClient({});

const named = (error: unknown, ...names: string[]) => error instanceof Error && names.includes(error.name);

/** The name of the secret that holds an application's keys. */
export const secretOf = (app: string) => `${prefix}${app}`;

/**
 * The keys of an application; undefined when it has no secret, or none that may be read.
 * @throws when the secret holds something else, without telling what
 */
export async function readKeys(app: string): Promise<Keys | undefined> {
  try {
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: secretOf(app) }));
    return parse(app, SecretString);
  } catch (error) {
    // A name that has no ARN matches no grant, so of what is not there AWS may say that it is forbidden.
    if (named(error, 'ResourceNotFoundException', 'AccessDeniedException')) return undefined;
    throw error;
  }
}

function parse(app: string, text: string): Keys {
  try {
    return Keys.parse(JSON.parse(text));
  } catch {
    throw new Error(`The secret ${secretOf(app)} does not hold {"clientKey": "…", "masterKey": "…"}`);
  }
}

/** Makes the secret of an application. @returns false when it has one, which is left as it is */
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
    throw error;
  }
}

/** Puts other keys into the secret of an application. The value before stays readable as `AWSPREVIOUS`. */
export async function replaceKeys(app: string, keys: Keys): Promise<void> {
  await client.send(new PutSecretValueCommand({ SecretId: secretOf(app), SecretString: JSON.stringify(keys) }));
}
