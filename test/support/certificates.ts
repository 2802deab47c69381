import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface CertificateOptions {
  /** The bundle id of the app. @default 'com.example.chat' */
  readonly bundle?: string;
  /** Days of validity, from now. @default 365 */
  readonly days?: number;
  /** Whether the certificate is for the sandbox only. @default false */
  readonly development?: boolean;
}

/** A self-signed certificate for Apple's push service and its private key, both PEM. */
export function pushCertificate({ bundle = 'com.example.chat', days = 365, development }: CertificateOptions = {}) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  const forgeKey = forge.pki.privateKeyFromPem(key);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(forgeKey.n, forgeKey.e);
  certificate.serialNumber = '01';
  certificate.validity.notBefore = new Date(Date.now() - 400 * DAY_MS);
  certificate.validity.notAfter = new Date(Date.now() + days * DAY_MS);
  const subject = [
    { type: '0.9.2342.19200300.100.1.1', value: bundle },
    { name: 'commonName', value: `Apple ${development ? 'Development IOS ' : ''}Push Services: ${bundle}` },
  ];
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  certificate.sign(forgeKey, forge.md.sha256.create());
  return { certificate: forge.pki.certificateToPem(certificate), key };
}

/** The certificate as a base64 `.p12` file. Without a key, it represents an incorrect export. */
export function p12(password: string, options: CertificateOptions & { readonly withoutKey?: boolean } = {}): string {
  const { certificate, key } = pushCertificate(options);
  const privateKey = options.withoutKey ? null : forge.pki.privateKeyFromPem(key);
  // 3DES, as the macOS keychain exports it.
  const file = forge.pkcs12.toPkcs12Asn1(privateKey, [forge.pki.certificateFromPem(certificate)], password, {
    algorithm: '3des',
  });
  return Buffer.from(forge.asn1.toDer(file).getBytes(), 'binary').toString('base64');
}

/** A signing key in Apple's format, PEM. */
export function p8(curve: 'P-256' | 'P-384' = 'P-256'): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: curve });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
