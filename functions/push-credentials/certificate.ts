import { createPrivateKey, X509Certificate } from 'node:crypto';
// Only what .p12 files take: the whole library would be half as large again.
import forge from 'node-forge/lib/forge.js';
import 'node-forge/lib/pki.js';
import { InvalidUpload, type Upload } from '../jobs/push-credentials.ts';

export interface Certificate {
  /** Both PEM. */
  readonly certificate: string;
  readonly privateKey: string;
  readonly bundle: string | undefined;
  /** Epoch ms. */
  readonly expires: number;
}

/**
 * Reads a certificate for Apple's push service and its private key from a `.p12` file.
 * @throws Refused when it is none, the password is wrong, there is no key, it has expired, or is for something else
 */
export function readP12({ file, password = '', bundleId }: Upload, sandbox: boolean, now: number): Certificate {
  const { keys, certificates } = open(file, password);
  const [privateKey] = keys;
  if (privateKey === undefined) {
    throw new InvalidUpload('The file holds no private key; export the certificate together with its key');
  }
  const key = createPrivateKey(privateKey);
  const certificate = certificates.find((pem) => new X509Certificate(pem).checkPrivateKey(key));
  if (certificate === undefined)
    throw new InvalidUpload('The file holds no certificate that its private key belongs to');

  const { subject, validTo } = new X509Certificate(certificate);
  const expires = Date.parse(validTo);
  if (expires <= now) throw new InvalidUpload(`The certificate expired on ${new Date(expires).toISOString()}`);
  const name = /^CN=(.+)$/m.exec(subject)?.[1] ?? '';
  if (!sandbox && /Development/.test(name)) {
    throw new InvalidUpload('The certificate is for development; upload it for apns_sandbox');
  }
  const bundle = /^UID=(.+)$/m.exec(subject)?.[1] ?? /: (.+)$/.exec(name)?.[1];
  if (bundleId !== undefined && bundle !== bundleId) {
    throw new InvalidUpload(`The certificate is for ${bundle ?? 'no app'}, not for ${bundleId}`);
  }
  return { certificate, privateKey, bundle, expires };
}

/** The keys and certificates in a file, PEM. */
function open(file: string, password: string): { keys: string[]; certificates: string[] } {
  const p12 = decrypt(parse(file), password);
  const { certBag = '', keyBag = '', pkcs8ShroudedKeyBag = '' } = forge.pki.oids;
  const bags = (bagType: string) => p12.getBags({ bagType })[bagType] ?? [];
  return {
    keys: [...bags(pkcs8ShroudedKeyBag), ...bags(keyBag)].flatMap(({ key }) =>
      key ? [forge.pki.privateKeyToPem(key)] : [],
    ),
    certificates: bags(certBag).flatMap(({ cert }) => (cert ? [forge.pki.certificateToPem(cert)] : [])),
  };
}

function parse(file: string): forge.asn1.Asn1 {
  try {
    return forge.asn1.fromDer(Buffer.from(file, 'base64').toString('binary'));
  } catch {
    throw new InvalidUpload('The file is no .p12, or not whole; send it as base64');
  }
}

function decrypt(parsed: forge.asn1.Asn1, password: string): forge.pkcs12.Pkcs12Pfx {
  try {
    return forge.pkcs12.pkcs12FromAsn1(parsed, password);
  } catch (error) {
    if (error instanceof Error && /password/i.test(error.message)) throw new InvalidUpload('The password is wrong');
    throw new InvalidUpload('The file is no .p12 that can be read');
  }
}
