import * as z from 'zod/mini';
import { Credential, PLATFORMS } from '../store/platforms.ts';

const word = (most: number) => z.optional(z.string().check(z.minLength(1), z.maxLength(most)));

/** What is uploaded: a file, base64, and what it takes to read it. */
export const Upload = z.object({
  file: z.string().check(z.minLength(1), z.maxLength(64 * 1024)),
  /** Of a `.p12`. */
  password: z.optional(z.string().check(z.maxLength(256))),
  /** Of a `.p8`: which key it is, and of which team. */
  keyId: word(10),
  teamId: word(10),
  /** The app, or Google's project, that it has to be for. */
  bundleId: word(255),
});
export type Upload = z.output<typeof Upload>;

/** What the function is invoked with. */
export const ReadCredential = z.object({ platform: z.enum(PLATFORMS), upload: Upload });
export type ReadCredential = z.output<typeof ReadCredential>;

/** What it answers: credentials as SNS takes them, with what may be known of them; or what is wrong with the upload. */
export const ReadResult = z.union([
  z.object({ refused: z.string() }),
  z.object({
    known: z.omit(Credential, { arn: true }),
    /** Source: https://docs.aws.amazon.com/sns/latest/api/API_SetPlatformApplicationAttributes.html */
    attributes: z.record(z.string(), z.string()),
  }),
]);
export type ReadResult = z.output<typeof ReadResult>;

/** What is wrong with an upload, in words for whoever made it. */
export class InvalidUpload extends Error {}
