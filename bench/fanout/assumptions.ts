/**
 * What the simulation takes AWS to be like, in us-east-1; looked up in November 2026. Nothing here was measured on AWS for
 * this project: quotas are documented, latencies are others' measurements or, where there are none, estimates.
 */

/**
 * "10,000 requests per second (RPS) with an additional burst capacity … using a maximum bucket capacity of 5,000
 * requests", for all HTTP, REST, WebSocket and WebSocket callback APIs of an account in a region together.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
export const ACCOUNT = { perSecond: 10_000, burst: 5_000 } as const;

/** A latency in ms: half of all are below `p50`, 99 of 100 below `p99`; log-normal between and beyond. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/**
 * From the Invoke request until the handler runs, asynchronously, warm. SNS, which invokes Lambda asynchronously behind a
 * step of its own, was measured at 73 and 225 ms; what it adds itself is not taken off.
 * https://bitesizedserverless.com/bite/serverless-messaging-latency-compared/
 */
export const HOP: Latency = { p50: 73, p99: 225 };

/** What a cold start adds to that. An estimate for a bundle of 350 KB on Node.js with one vCPU. */
export const COLD: Latency = { p50: 300, p99: 700 };

/**
 * A post, from the request until the answer; the client has it then. An estimate: AWS publishes none. A hundred
 * clients reached by one function within 340 ms (https://www.moltioverflow.com/ters/7ea0188c-a292-4ccf-8273-054408682801)
 * does not contradict it.
 */
export const POST: Latency = { p50: 15, p99: 60 };

/**
 * A read of DynamoDB: "single-digit millisecond" by its own account
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Introduction.html); the tail is an estimate.
 */
export const READ: Latency = { p50: 5, p99: 20 };

/** How long a whole vCPU computes (ms): the SDK's part in a post was measured on a developer's machine as 0.5. */
export const CPU = { post: 0.5, invoke: 0.5, item: 0.01 } as const;

/** A vCPU comes with 1769 MB. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
export const VCPU_MB = 1769;

/** As the stacks configure them: the function that has the message, and the one that delivers. */
export const MEMORY_MB = { frame: 1769, deliver: 1769 } as const;

/** A member's row as DynamoDB bills it, in bytes; devices take one read unit of half price each. */
export const MEMBER_BYTES = 150;
