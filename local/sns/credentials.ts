import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { isObject, tryParse } from '../shared/json.ts';
import { invalidParameter } from './errors.ts';

export const APPLE = ['APNS', 'APNS_SANDBOX'] as const;
export const PLATFORMS = [...APPLE, 'GCM'] as const;
export type Platform = (typeof PLATFORMS)[number];

type Attributes = Readonly<Record<string, string>>;

/**
 * Checks credentials like SNS, and returns the attributes that SNS shows. These never contain the credentials.
 * Source: https://docs.aws.amazon.com/sns/latest/api/API_CreatePlatformApplication.html
 * @throws SnsError
 */
export function inspectCredentials(platform: Platform, attributes: Attributes): Attributes {
  if (platform === 'GCM') return inspectGoogle(attributes);
  const { ApplePlatformTeamID: team, ApplePlatformBundleID: bundle } = attributes;
  return team !== undefined || bundle !== undefined ? inspectToken(attributes) : inspectCertificate(attributes);
}

const refused = () => invalidParameter('Attributes', 'Platform credentials are invalid');

/** The key file of a service account, or a legacy server key. */
function inspectGoogle({ PlatformCredential: credential = '' }: Attributes): Attributes {
  const account = tryParse(credential);
  const valid = isObject(account)
    ? typeof account.project_id === 'string' && typeof account.private_key === 'string'
    : /^[\w:-]+$/.test(credential);
  if (!valid) throw refused();
  return { AuthenticationMethod: isObject(account) ? 'Token' : 'Key' };
}

/** A signing key (.p8) with its ids. */
function inspectToken(attributes: Attributes): Attributes {
  const { ApplePlatformTeamID = '', ApplePlatformBundleID = '', PlatformPrincipal = '' } = attributes;
  const key = privateKey(attributes.PlatformCredential);
  const named = /^[A-Z0-9]{10}$/.test(ApplePlatformTeamID) && /^[A-Z0-9]{10}$/.test(PlatformPrincipal);
  if (!named || !/^[a-zA-Z0-9.-]+$/.test(ApplePlatformBundleID) || key?.asymmetricKeyType !== 'ec') throw refused();
  return { ApplePlatformTeamID, ApplePlatformBundleID };
}

/** A certificate and its private key in PEM. */
function inspectCertificate({ PlatformPrincipal, PlatformCredential }: Attributes): Attributes {
  const key = privateKey(PlatformCredential);
  const certificate = readCertificate(PlatformPrincipal);
  if (!key || !certificate?.checkPrivateKey(key)) throw refused();
  const expires = new Date(certificate.validTo);
  if (expires.getTime() <= Date.now()) throw refused();
  return { AppleCertificateExpirationDate: expires.toISOString() };
}

function privateKey(pem = ''): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function readCertificate(pem = ''): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
