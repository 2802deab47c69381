/**
 * Replaces `@aws-sdk/endpoint-cache` in bundles, through an alias in lib/macaw-function.ts. The DynamoDB client needs its
 * 8 KB only for endpoint discovery, which no function turns on. This cache never contains an endpoint.
 */
export class EndpointCache {
  getEndpoint(_key: string): undefined {}
}
