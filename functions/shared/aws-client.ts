/** Maximum time to open a connection in ms, without the TLS handshake. */
export const CONNECT_TIMEOUT_MS = 2000;

/**
 * Maximum response time of AWS by kind of request, in ms. A function runs for 29 seconds, and the SDK makes three
 * attempts.
 */
export const TIMEOUT_MS = {
  /** Single items, small batches, posts, and requests that Lambda and SQS only enqueue. */
  quick: 10_000,
  /** SNS, which calls the push services, and Secrets Manager. */
  service: 8000,
  /** Complete files. */
  file: 20_000,
} as const;

/**
 * The configuration of every SDK client. Without timeouts, a dead connection blocks a function until the Lambda
 * timeout.
 */
export const clientConfig = (kind: keyof typeof TIMEOUT_MS) => ({
  requestHandler: {
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: TIMEOUT_MS[kind],
    throwOnRequestTimeout: true,
  },
});
