import * as z from 'zod/mini';

/** The push services: Apple's production and sandbox environments, and Google's. */
export const PLATFORMS = ['apns', 'apns_sandbox', 'fcm'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** The SNS names of the platforms. */
export const SNS_PLATFORM: Readonly<Record<Platform, string>> = {
  apns: 'APNS',
  apns_sandbox: 'APNS_SANDBOX',
  fcm: 'GCM',
};

/**
 * Extracts the platform from an endpoint ARN: `arn:aws:sns:<region>:<account>:endpoint/<platform>/<application>/<id>`.
 */
export function platformOf(endpoint: string): Platform {
  const name = endpoint.split('/')[1];
  const platform = PLATFORMS.find((known) => SNS_PLATFORM[known] === name);
  if (!platform) throw new Error(`endpoint: expected an SNS endpoint of ${PLATFORMS.join(', ')}, got ${endpoint}`);
  return platform;
}

/** Metadata of push credentials. Only SNS stores the credentials themselves. */
export const Credential = z.object({
  /** The SNS platform application that contains the credentials. */
  arn: z.string(),
  kind: z.enum(['certificate', 'key', 'service account']),
  /** The bundle id of the app; for Google, the project. */
  bundle: z.optional(z.string()),
  /** Expiry in epoch ms. Undefined when they do not expire. */
  expires: z.optional(z.number()),
});
export type Credential = z.output<typeof Credential>;
