/**
 * The assumptions of the simulation about AWS in us-east-1, as of November 2026. This project measured none of them on
 * AWS. Quotas are documented. Latencies are published measurements or estimates.
 */

/**
 * "10,000 requests per second (RPS) with an additional burst capacity … using a maximum bucket capacity of 5,000
 * requests", for all HTTP, REST, WebSocket and WebSocket callback APIs of an account in a region together.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
export const ACCOUNT = { perSecond: 10_000, burst: 5_000 } as const;

/** A log-normal latency in ms with the given percentiles. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/**
 * From the asynchronous Invoke request until a warm handler runs. SNS invokes Lambda asynchronously. It was measured at
 * 73 and 225 ms, including the share of SNS itself.
 * https://bitesizedserverless.com/bite/serverless-messaging-latency-compared/
 */
export const HOP: Latency = { p50: 73, p99: 225 };

/** The additional latency of a cold start. An estimate for a bundle of 350 KB on Node.js with one vCPU. */
export const COLD: Latency = { p50: 300, p99: 700 };

/**
 * A post, from the request until the response, when the client has it. An estimate, because AWS publishes none. It is
 * consistent with a report of a hundred clients in 340 ms from one function
 * (https://www.moltioverflow.com/ters/7ea0188c-a292-4ccf-8273-054408682801).
 */
export const POST: Latency = { p50: 15, p99: 60 };

/**
 * A read of DynamoDB: "single-digit millisecond"
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Introduction.html). The tail is an estimate.
 */
export const READ: Latency = { p50: 5, p99: 20 };

/** CPU times on one vCPU (ms). A post was measured on a developer's machine (`npm run bench:compute`). */
export const CPU = { post: 0.3, invoke: 0.5, item: 0.01 } as const;

/** 1769 MB have one vCPU. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
export const VCPU_MB = 1769;

/** The configured memory of the functions `message` and `deliver`. */
export const MEMORY_MB = { frame: 1769, deliver: 1769 } as const;

/** The billed size of a member item in bytes. Each user's connections take half a read unit. */
export const MEMBER_BYTES = 150;
