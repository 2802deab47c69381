import { randomUUID } from 'node:crypto';
import { type IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { HttpGateway } from '../apigateway/http/gateway.ts';
import type { WebSocketGateway } from '../apigateway/websocket/gateway.ts';
import { decodeKey } from '../s3/address.ts';
import type { S3Request } from '../s3/request.ts';
import type { S3 } from '../s3/s3.ts';
import { type Reply, send } from '../shared/http.ts';
import { ErrorCache } from './error-cache.ts';
import { type EventContext, functionEvent, readRequestResult, readResponseResult } from './event.ts';
import { type EdgeRequest, joined, readdress, readEdgeRequest } from './message.ts';
import type { Behavior, DistributionConfig, Origin } from './template.ts';

/** The services that can be origins of a distribution. */
export interface Origins {
  /** By id of the API. */
  http: ReadonlyMap<string, HttpGateway>;
  webSocket: WebSocketGateway | undefined;
  s3: S3 | undefined;
}

/** A request for an origin, or a final response. */
type Passage =
  | { ended: Reply }
  | {
      ended?: undefined;
      behavior: Behavior;
      origin: Origin;
      context: EventContext;
      viewer: EdgeRequest;
      request: EdgeRequest;
    };

/** The headers that an origin receives without an origin request policy. */
const BASIC_HEADERS = /^(content-.+|if-.+|range|transfer-encoding|connection|upgrade|sec-websocket-.+)$/;

/** A CloudFront distribution: selects the behavior, runs its functions, forwards to its origin. Caches errors only. */
export class Distribution {
  readonly #config: DistributionConfig;
  readonly #origins: Origins;
  readonly #errors: ErrorCache;

  constructor(config: DistributionConfig, origins: Origins) {
    this.#config = config;
    this.#errors = new ErrorCache(config.errorTtlMs);
    this.#origins = origins;
  }

  async handle(incoming: IncomingMessage): Promise<Reply> {
    const passage = this.#admit(incoming);
    if (passage.ended) return passage.ended;
    const { behavior, origin, context, viewer, request } = passage;
    const cached = this.#errors.find(behavior, request, Date.now());
    const answer = cached ?? (await this.#ask(origin, request, incoming));
    if (!cached) this.#errors.add(behavior, request, answer, Date.now());
    const reply = withHeaders(behavior, viewer, answer);
    // Functions do not run for errors.
    if (!behavior.viewerResponse || reply.status >= 400) return reply;
    const event = functionEvent('viewer-response', context, viewer, reply);
    return (
      behavior.viewerResponse.run(event, context.requestId, (result) => readResponseResult(result, reply)) ?? FAILED
    );
  }

  /** Upgrade requests pass the same checks. The WebSocket API then handles them. */
  upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { webSocket } = this.#origins;
    const passage = this.#admit(incoming);
    if (passage.ended) {
      refuse(incoming, socket, passage.ended);
    } else if (passage.origin.target.kind !== 'WEBSOCKET' || !webSocket) {
      refuse(incoming, socket, failure(404, 'This path does not support upgrades.'));
    } else {
      const { behavior, request } = passage;
      const cached = this.#errors.find(behavior, request, Date.now());
      if (cached) {
        refuse(incoming, socket, cached);
        return;
      }
      readdress(incoming, request);
      webSocket.upgrade(incoming, socket, head, (status) =>
        this.#errors.add(behavior, request, failure(status, 'The connection was refused.'), Date.now()),
      );
    }
  }

  /** Processes a request before it is forwarded to an origin. */
  #admit(incoming: IncomingMessage): Passage {
    const { id, domainName, behaviors } = this.#config;
    const viewer = readEdgeRequest(incoming);
    const ip = incoming.socket.remoteAddress ?? '127.0.0.1';
    const context = { distributionDomainName: domainName, distributionId: id, requestId: randomUUID(), ip };
    const behavior = behaviors.find(({ matches }) => matches(viewer.uri));
    if (!behavior) return { ended: failure(404, 'No behavior of the distribution matches this path.') };
    const { passed, origin } = pass(behavior, context, viewer);
    if ('status' in passed) return { ended: withHeaders(behavior, viewer, passed) };
    return { behavior, origin, context, viewer: passed, request: toOrigin(behavior, origin, passed, ip) };
  }

  async #ask({ target }: Origin, request: EdgeRequest, incoming: IncomingMessage): Promise<Reply> {
    const { http, webSocket, s3 } = this.#origins;
    if (target.kind === 'S3' && s3) {
      return s3.serve(
        () => toS3(target.bucket, request, incoming),
        () => (target.signed ? { service: 'cloudfront.amazonaws.com', sourceArn: this.#config.arn } : 'anonymous'),
      );
    }
    const api = target.kind === 'HTTP' ? http.get(target.apiId) : undefined;
    if (api) {
      readdress(incoming, request);
      return api.handle(incoming);
    }
    return webSocket?.handle() ?? { status: 502 };
  }
}

const FAILED = failure(
  503,
  'The CloudFront function associated with the CloudFront distribution failed or is invalid.',
);

/** Applies a behavior to a request. Returns a response, or the request and the origin that it is for. */
function pass(
  { methods, viewerRequest, select, ...behavior }: Behavior,
  context: EventContext,
  request: EdgeRequest,
): { passed: EdgeRequest | Reply; origin: Origin } {
  let { origin } = behavior;
  if (!methods.has(request.method)) {
    const text = `This distribution is not configured to allow the HTTP request method ${request.method} here.`;
    return { passed: failure(403, text), origin };
  }
  if (!viewerRequest) return { passed: request, origin };
  const event = functionEvent('viewer-request', context, request);
  const passed = viewerRequest.run(
    event,
    context.requestId,
    (result) => readRequestResult(result, request),
    (id) => {
      origin = select(id);
    },
  );
  return { passed: passed ?? FAILED, origin };
}

function withHeaders({ responseHeaders }: Behavior, request: EdgeRequest, reply: Reply): Reply {
  return responseHeaders ? { ...reply, headers: responseHeaders(request, reply.headers ?? {}) } : reply;
}

/** The origin request: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html */
function toOrigin({ forwardsAll }: Behavior, origin: Origin, request: EdgeRequest, sender: string): EdgeRequest {
  const forwarded = Object.entries(request.headers).filter(([name]) => forwardsAll || BASIC_HEADERS.test(name));
  const custom = Object.entries(origin.customHeaders).map(([name, value]) => [name, [value]]);
  return {
    method: request.method,
    uri: `${origin.path}${request.uri}`,
    querystring: forwardsAll ? request.querystring : '',
    headers: {
      ...Object.fromEntries(forwarded),
      ...(forwardsAll ? {} : { 'user-agent': ['Amazon CloudFront'] }),
      host: [origin.host],
      'x-forwarded-for': [[...(request.headers['x-forwarded-for'] ?? []), sender].join(', ')],
      ...Object.fromEntries(custom),
    },
  };
}

function toS3(
  bucket: string,
  { method, uri, querystring, headers }: EdgeRequest,
  incoming: IncomingMessage,
): S3Request {
  return {
    method,
    bucket,
    key: decodeKey(uri.slice(1)),
    path: uri,
    search: querystring,
    query: new URLSearchParams(querystring),
    headers: joined(headers),
    body: Buffer.alloc(0),
    sourceIp: incoming.socket.remoteAddress ?? '127.0.0.1',
  };
}

function failure(status: number, text: string): Reply {
  const body = `<!DOCTYPE html><title>ERROR: The request could not be satisfied</title><h1>${status} ERROR</h1><p>${text}`;
  return { status, headers: { 'content-type': 'text/html' }, body };
}

/** Answers an upgrade request with an HTTP response and closes the socket. */
function refuse(incoming: IncomingMessage, socket: Duplex, reply: Reply): void {
  socket.on('error', () => socket.destroy());
  // The type is Duplex, but a plain HTTP server always passes the connection's socket.
  if (!(socket instanceof Socket)) throw new TypeError('Expected the stream of an upgrade request to be a socket');
  const response = new ServerResponse(incoming);
  response.assignSocket(socket);
  response.on('finish', () => socket.end());
  send(response, { ...reply, headers: { ...reply.headers, connection: 'close' } });
}
