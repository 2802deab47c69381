import { createPrivateKey, type KeyObject } from 'node:crypto';
import * as z from 'zod/mini';
import { InvalidUpload, type Upload } from '../jobs/push-credentials.ts';

/**
 * Reads an Apple key (`.p8`). Such a key is valid for all apps of a team and does not expire.
 * @returns the key as PEM
 * @throws InvalidUpload when the key is invalid, or an id is missing
 */
export function readP8({ file, keyId, teamId, bundleId }: Upload): {
  pem: string;
  keyId: string;
  teamId: string;
  bundleId: string;
} {
  const pem = Buffer.from(file, 'base64').toString('utf8');
  const key = privateKey(pem);
  if (key?.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new InvalidUpload('file: expected a .p8 key of Apple (an EC private key on P-256) as base64');
  }
  if (keyId === undefined || teamId === undefined || bundleId === undefined) {
    throw new InvalidUpload('keyId, teamId, bundleId: all are required for a .p8 key');
  }
  const id = /^[A-Z0-9]{10}$/;
  if (!id.test(keyId) || !id.test(teamId)) {
    throw new InvalidUpload('keyId, teamId: expected 10 upper-case letters and digits each');
  }
  return { pem, keyId, teamId, bundleId };
}

const ServiceAccount = z.object({
  type: z.literal('service_account'),
  project_id: z.string(),
  private_key: z.string(),
  client_email: z.string(),
});

/**
 * Reads the key file of a Google service account.
 * @throws InvalidUpload when the key is invalid, or belongs to another project
 */
export function readServiceAccount({ file, bundleId }: Upload): { json: string; project: string } {
  const json = Buffer.from(file, 'base64').toString('utf8');
  const account = parseAccount(json);
  if (!account || !privateKey(account.private_key)) {
    throw new InvalidUpload('file: expected a key of a Google service account (JSON) as base64');
  }
  if (bundleId !== undefined && bundleId !== account.project_id) {
    throw new InvalidUpload(`bundleId: the key is for the project ${account.project_id}, not for ${bundleId}`);
  }
  return { json, project: account.project_id };
}

function parseAccount(json: string): z.output<typeof ServiceAccount> | undefined {
  try {
    return ServiceAccount.parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}

function privateKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
