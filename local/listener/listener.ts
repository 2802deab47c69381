import type { HttpGateway } from '../apigateway/http/gateway.ts';
import type { WebSocketGateway } from '../apigateway/websocket/gateway.ts';
import type { Distribution } from '../cloudfront/distribution.ts';
import type { Gate } from '../gate/gate.ts';
import { isS3Path } from '../s3/address.ts';
import type { S3 } from '../s3/s3.ts';
import type { Reply } from '../shared/http.ts';
import type { Log } from '../shared/log.ts';
import { Host } from './host.ts';
import { isOperatorPath, serveOperator } from './operator.ts';

export interface EdgeOptions {
  /** Returns the services, which are created last. */
  webSocket: () => WebSocketGateway | undefined;
  http: () => HttpGateway | undefined;
  s3: () => S3 | undefined;
  distribution: () => Distribution | undefined;
  gate: () => Gate;
  /** Serves pages of the local cloud itself. Returns undefined for all other paths. */
  pages: (path: string) => Reply | undefined;
  /** Web origins of other machines whose pages are served. */
  allowedOrigins: readonly string[];
  log: Log;
}

/**
 * The public origin. `/_s3` is S3, and `/_aws` is AWS for the operator. The distribution serves all other paths.
 * Without a distribution, the WebSocket API serves upgrades and the first HTTP API serves requests.
 */
export function publicOrigin({
  webSocket,
  http,
  s3,
  distribution,
  gate,
  pages,
  allowedOrigins,
  log,
}: EdgeOptions): Host {
  return new Host(
    (url) => {
      const page = pages(url ?? '/');
      if (page) return { handle: async () => page };
      if (isOperatorPath(url)) return { handle: (request) => serveOperator(request, gate()) };
      if (isS3Path(url)) return s3();
      const [api, sockets] = [http(), webSocket()];
      return (
        distribution() ?? {
          ...(api && { handle: (request) => api.handle(request) }),
          ...(sockets && { upgrade: (...upgrade) => sockets.upgrade(...upgrade) }),
        }
      );
    },
    log,
    allowedOrigins,
  );
}
