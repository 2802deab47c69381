/**
 * What bundles hold in place of `@aws-sdk/endpoint-cache` (an alias in lib/macaw-function.ts): 8 KB that DynamoDB's client
 * needs for endpoint discovery only, which is off unless a function turns it on. This is the cache without an endpoint.
 */
export class EndpointCache {
  getEndpoint(_key: string): undefined {}
}
