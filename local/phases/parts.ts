import type { HttpGateway } from '../apigateway/http/gateway.ts';
import type { WebSocketGateway } from '../apigateway/websocket/gateway.ts';
import type { Distribution } from '../cloudfront/distribution.ts';
import type { CustomResources } from '../custom-resources/custom-resources.ts';
import type { AsyncInvocations } from '../lambda/async.ts';
import type { Lambda } from '../lambda/lambda.ts';
import type { S3 } from '../s3/s3.ts';

/**
 * What requests are led to. The servers start first, since the functions' environments name their ports; what is behind
 * them comes phase by phase.
 */
export interface Parts {
  lambda?: Lambda;
  async?: AsyncInvocations;
  customResources?: CustomResources;
  s3?: S3 | undefined;
  /** The HTTP APIs by id. */
  readonly http: Map<string, HttpGateway>;
  readonly webSockets: WebSocketGateway[];
  distribution?: Distribution | undefined;
}

/** A part that must be there by now. */
export function present<T>(part: T | undefined, name: string): T {
  if (part === undefined) throw new Error(`${name} is not there yet`);
  return part;
}
