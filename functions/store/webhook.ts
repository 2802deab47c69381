import * as z from 'zod/mini';
import { AFTER, BEFORE } from '../shared/webhook-events.ts';

/** Names that this version does not know are skipped, so that an older version still reads the application. */
const known = <T extends string>(names: readonly T[]) =>
  z.pipe(
    z.array(z.string()),
    z.transform((given) => names.filter((name) => given.includes(name))),
  );

/** A webhook in the item of its application. */
export const Webhook = z.object({
  id: z.string(),
  /** Undefined for the event bus of the deployment. */
  url: z.optional(z.string()),
  events: known(AFTER),
  before: known(BEFORE),
  /** What happens if it does not decide in time. */
  onFailure: z.enum(['allow', 'refuse']),
  enabled: z.boolean(),
});
export type Webhook = z.output<typeof Webhook>;
