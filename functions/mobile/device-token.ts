import { createHash } from 'node:crypto';

/**
 * APNs tokens are hexadecimal. iOS apps send them in upper or lower case. Old apps send the printed form of the system
 * (`<0f0f 0f0f …>`).
 */
const APNS_TOKEN = /^[0-9a-f]{64,200}$/;

/** Returns the one form of a device token in which the server stores it. */
export function normalizeDeviceToken(text: string): string {
  const hexadecimal = text.replace(/[<>\s]/g, '').toLowerCase();
  return APNS_TOKEN.test(hexadecimal) ? hexadecimal : text;
}

/** The hash of a device token, which proves that a client knows it. */
export const deviceTokenHash = (token: string): string =>
  createHash('sha256').update(normalizeDeviceToken(token)).digest('base64url');
