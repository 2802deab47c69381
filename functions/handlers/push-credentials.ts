import { InvalidUpload, ReadCredential, type ReadResult } from '../jobs/push-credentials.ts';
import { observed } from '../observe/observed.ts';
import { readP12 } from '../push-credentials/certificate.ts';
import { readP8, readServiceAccount } from '../push-credentials/keys.ts';

/**
 * Reads uploaded credentials. It is a separate function with no other permission, because it parses untrusted files
 * with a large library. It logs no part of them.
 */
export const handler = observed(async (event: unknown): Promise<ReadResult> => {
  try {
    return read(ReadCredential.parse(event));
  } catch (error) {
    if (error instanceof InvalidUpload) return { refused: error.message };
    throw error;
  }
});

function read({ platform, upload }: ReadCredential): ReadResult {
  if (platform === 'fcm') {
    const { json, project } = readServiceAccount(upload);
    return { known: { kind: 'service account', bundle: project }, attributes: { PlatformCredential: json } };
  }
  if (upload.keyId !== undefined || upload.teamId !== undefined) {
    const { pem, keyId, teamId, bundleId } = readP8(upload);
    const attributes = {
      PlatformPrincipal: keyId,
      PlatformCredential: pem,
      ApplePlatformTeamID: teamId,
      ApplePlatformBundleID: bundleId,
    };
    return { known: { kind: 'key', bundle: bundleId }, attributes };
  }
  const { certificate, privateKey, bundle, expires } = readP12(upload, platform === 'apns_sandbox', Date.now());
  const attributes = { PlatformPrincipal: certificate, PlatformCredential: privateKey };
  return { known: { kind: 'certificate', bundle, expires }, attributes };
}
