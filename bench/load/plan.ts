import * as z from 'zod/mini';

/** A server, and what a client shows it when it connects. */
export const Target = z.object({
  name: z.string(),
  url: z.string(),
  /** By user. */
  auth: z.record(z.string(), z.record(z.string(), z.unknown())),
});
export type Target = z.output<typeof Target>;

/** One who speaks, to whom, and all who hear it. */
const Speaker = z.object({
  user: z.string(),
  to: z.object({ id: z.string(), type: z.int() }),
  hearers: z.array(z.string()),
});

export const Scenario = z.object({ name: z.string(), speakers: z.array(Speaker) });
export type Scenario = z.output<typeof Scenario>;

/** What the process with the clients is to do: every scenario on every target in turn, so many rounds of it. */
export const Plan = z.object({
  targets: z.array(Target),
  scenarios: z.array(Scenario),
  rounds: z.int(),
  seconds: z.number(),
});
export type Plan = z.output<typeof Plan>;

export const Measured = z.object({
  scenario: z.string(),
  target: z.string(),
  seconds: z.number(),
  messages: z.int(),
  /** How long each delivery took, from `say` to `message`, in ms. */
  latencies: z.array(z.number()),
});
export type Measured = z.output<typeof Measured>;
