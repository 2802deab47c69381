/** How long connecting takes at most (ms), the handshake of TLS aside. */
export const CONNECT_TIMEOUT_MS = 2000;

/** How long AWS may take to answer, by what is asked (ms). A function lives for 29 seconds, and the SDK tries three times. */
export const TIMEOUT_MS = {
  /** Single items, small batches, posts, and what Lambda and SQS only take over. */
  quick: 5000,
  /** SNS, which talks to the push services, and Secrets Manager. */
  service: 8000,
  /** Whole files. */
  file: 20_000,
} as const;

/**
 * What every client of the SDK is created with. Without timeouts, a connection that died silently holds up a function until
 * Lambda ends it.
 */
export const clientConfig = (kind: keyof typeof TIMEOUT_MS) => ({
  requestHandler: {
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: TIMEOUT_MS[kind],
    throwOnRequestTimeout: true,
  },
});
