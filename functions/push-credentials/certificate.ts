import { createPrivateKey, X509Certificate } from 'node:crypto';
// Imports only the parts for .p12 files, because the complete library is half as large again.
import forge from 'node-forge/lib/forge.js';
import 'node-forge/lib/pki.js';
import { InvalidUpload, type Upload } from '../jobs/push-credentials.ts';

export interface Certificate {
  /** PEM, like `privateKey`. */
  readonly certificate: string;
  readonly privateKey: string;
  readonly bundle: string | undefined;
  /** Epoch ms. */
  readonly expires: number;
}

/**
 * Reads a certificate for the push service of Apple and its private key from a `.p12` file.
 * @throws InvalidUpload when the file or the password is wrong, the key is missing, or the certificate has expired or
 *   has another purpose
 */
export function readP12({ file, password = '', bundleId }: Upload, sandbox: boolean, now: number): Certificate {
  const { keys, certificates } = open(file, password);
  const [privateKey] = keys;
  if (privateKey === undefined) {
    throw new InvalidUpload('file: no private key; export the certificate together with its key');
  }
  const key = createPrivateKey(privateKey);
  const certificate = certificates.find((pem) => new X509Certificate(pem).checkPrivateKey(key));
  if (certificate === undefined)
    throw new InvalidUpload('file: no certificate for the private key; export the certificate together with its key');

  const { subject, validTo } = new X509Certificate(certificate);
  const expires = Date.parse(validTo);
  if (expires <= now)
    throw new InvalidUpload(
      `file: the certificate expired on ${new Date(expires).toISOString()}; expected a valid certificate`,
    );
  const name = /^CN=(.+)$/m.exec(subject)?.[1] ?? '';
  if (!sandbox && /Development/.test(name)) {
    throw new InvalidUpload('file: the certificate is for development; upload it for apns_sandbox');
  }
  const bundle = /^UID=(.+)$/m.exec(subject)?.[1] ?? /: (.+)$/.exec(name)?.[1];
  if (bundleId !== undefined && bundle !== bundleId) {
    throw new InvalidUpload(`bundleId: the certificate is for ${bundle ?? 'no app'}, not for ${bundleId}`);
  }
  return { certificate, privateKey, bundle, expires };
}

/** Returns the keys and certificates in a file, as PEM. */
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
    throw new InvalidUpload('file: expected a complete .p12 file as base64');
  }
}

function decrypt(parsed: forge.asn1.Asn1, password: string): forge.pkcs12.Pkcs12Pfx {
  try {
    return forge.pkcs12.pkcs12FromAsn1(parsed, password);
  } catch (error) {
    if (error instanceof Error && /password/i.test(error.message))
      throw new InvalidUpload('password: wrong password for the file');
    throw new InvalidUpload('file: expected a readable .p12 file');
  }
}
