/** us-east-1, USD, as of November 2026; from the pages of AWS below https://aws.amazon.com, per service `/<service>/pricing`. */
export const PRICE = {
  /** Of a frame up to 32 KB, either way. */
  webSocketMessage: 1.0e-6,
  httpRequest: 1.0e-6,
  invocation: 0.2e-6,
  /** Of a GB-second on arm64. */
  compute: 0.0000133334,
  readUnit: 0.125e-6,
  writeUnit: 0.625e-6,
  push: 0.5e-6,
  s3Put: 0.005e-3,
  s3Get: 0.0004e-3,
  /** Of a minute that a client is connected. */
  connectionMinute: 0.25e-6,
} as const;
