import * as z from 'zod/mini';
import { PLATFORMS } from '../store/platforms.ts';

const word = (most: number) => z.optional(z.string().check(z.minLength(1), z.maxLength(most)));

/** What is uploaded: a file, base64, and what it takes to read it. */
export const Upload = z.object({
  file: z.string().check(z.minLength(1), z.maxLength(64 * 1024)),
  /** Of a `.p12`. */
  password: z.optional(z.string().check(z.maxLength(256))),
  /** Of a `.p8`: which key it is, and of which team. */
  keyId: word(10),
  teamId: word(10),
  /** The app that it has to be for. */
  bundleId: word(255),
});
export type Upload = z.output<typeof Upload>;

/** What the function is invoked with. */
export const Request = z.object({
  app: z.string(),
  platform: z.enum(PLATFORMS),
  upload: Upload,
  /** The platform application that is there already. */
  arn: z.optional(z.string()),
});
export type Request = z.output<typeof Request>;

/** What is wrong with an upload, in words for whoever made it. */
export class Refused extends Error {}
