/** Prices in USD for us-east-1, as of November 2026. Source: https://aws.amazon.com/<service>/pricing. */
export const PRICE = {
  /** Per frame of up to 32 KB, in either direction. */
  webSocketMessage: 1.0e-6,
  httpRequest: 1.0e-6,
  invocation: 0.2e-6,
  /** Per GB-second on arm64. */
  compute: 0.0000133334,
  readUnit: 0.125e-6,
  writeUnit: 0.625e-6,
  push: 0.5e-6,
  s3Put: 0.005e-3,
  s3Get: 0.0004e-3,
  /** Per connection minute. */
  connectionMinute: 0.25e-6,
} as const;
