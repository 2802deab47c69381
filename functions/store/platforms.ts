import * as z from 'zod/mini';

/** The services that pushes go through: Apple's for apps from its store and for apps in development, and Google's. */
export const PLATFORMS = ['apns', 'apns_sandbox', 'fcm'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** The names that SNS has for them. */
export const SNS_PLATFORM: Readonly<Record<Platform, string>> = {
  apns: 'APNS',
  apns_sandbox: 'APNS_SANDBOX',
  fcm: 'GCM',
};

/** The platform of an endpoint: `arn:aws:sns:<region>:<account>:endpoint/<platform>/<application>/<id>`. */
export function platformOf(endpoint: string): Platform {
  const name = endpoint.split('/')[1];
  const platform = PLATFORMS.find((known) => SNS_PLATFORM[known] === name);
  if (!platform) throw new Error(`${endpoint} is no endpoint of a platform known here`);
  return platform;
}

/** What is known of the credentials for a platform: never the credentials themselves, which only SNS holds. */
export const Credential = z.object({
  /** The platform application of SNS that holds them. */
  arn: z.string(),
  kind: z.enum(['certificate', 'key', 'service account']),
  /** The app that they are for; for Google, the project. */
  bundle: z.optional(z.string()),
  /** Until when they are valid, epoch ms; undefined when they do not expire. */
  expires: z.optional(z.number()),
});
export type Credential = z.output<typeof Credential>;
