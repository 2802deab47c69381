import * as z from 'zod/mini';
import { Credential, PLATFORMS } from '../store/platforms.ts';

const word = (most: number) => z.optional(z.string().check(z.minLength(1), z.maxLength(most)));

/** An uploaded file in base64, and the data to read it. */
export const Upload = z.object({
  file: z.string().check(z.minLength(1), z.maxLength(64 * 1024)),
  /** For a `.p12` file. */
  password: z.optional(z.string().check(z.maxLength(256))),
  /** For a `.p8` file: the ids of the key and of the team. */
  keyId: word(10),
  teamId: word(10),
  /** The expected app, or the expected project at Google. */
  bundleId: word(255),
});
export type Upload = z.output<typeof Upload>;

/** The event of the function. */
export const ReadCredential = z.object({ platform: z.enum(PLATFORMS), upload: Upload });
export type ReadCredential = z.output<typeof ReadCredential>;

/** Credentials in the format of SNS with their public details, or the reason why the upload is invalid. */
export const ReadResult = z.union([
  z.object({ refused: z.string() }),
  z.object({
    known: z.omit(Credential, { arn: true }),
    /** Source: https://docs.aws.amazon.com/sns/latest/api/API_SetPlatformApplicationAttributes.html */
    attributes: z.record(z.string(), z.string()),
  }),
]);
export type ReadResult = z.output<typeof ReadResult>;

/** An invalid upload. The message is for the user who uploaded it. */
export class InvalidUpload extends Error {}
