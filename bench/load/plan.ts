import * as z from 'zod/mini';

/** A server, and the credentials of its clients. */
export const Target = z.object({
  name: z.string(),
  url: z.string(),
  /** By user. */
  auth: z.record(z.string(), z.record(z.string(), z.unknown())),
});
export type Target = z.output<typeof Target>;

/** A speaker, the receiver of the messages, and all clients that get them. */
const Speaker = z.object({
  user: z.string(),
  to: z.object({ id: z.string(), type: z.int() }),
  hearers: z.array(z.string()),
});

export const Scenario = z.object({ name: z.string(), speakers: z.array(Speaker) });
export type Scenario = z.output<typeof Scenario>;

/** The plan for the client process: every scenario on every target in turn, for several rounds. */
export const Plan = z.object({
  targets: z.array(Target),
  scenarios: z.array(Scenario),
  rounds: z.int(),
  seconds: z.number(),
  warmUpSeconds: z.number(),
});
export type Plan = z.output<typeof Plan>;

export const Measured = z.object({
  scenario: z.string(),
  target: z.string(),
  seconds: z.number(),
  messages: z.int(),
  /** The latency of each delivery from `say` to `message`, in ms. */
  latencies: z.array(z.number()),
});
export type Measured = z.output<typeof Measured>;
