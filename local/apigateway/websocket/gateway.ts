import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import * as z from 'zod/mini';
import type { Chaos } from '../../chaos.ts';
import type { Activity } from '../../shared/activity.ts';
import { type Reply, splitUrl } from '../../shared/http.ts';
import type { Log } from '../../shared/log.ts';
import { TokenBucket } from '../../shared/token-bucket.ts';
import { gatewayId } from '../ids.ts';
import { type Integrator, WEBSOCKET_TIMEOUT_MS } from '../integration.ts';
import type { Api } from '../template.ts';
import { Connection, type Limits } from './connection.ts';
import { type ConnectionFacts, disconnectEvent, domainName, messageEvent, routeArn } from './events.ts';
import { selectRoute } from './routes.ts';
import { admit, proxyResponse, refuse, refuseUpgrade } from './upgrade.ts';

export interface WebSocketGatewayOptions {
  api: Api;
  integrator: Integrator;
  activity: Activity;
  limits: Limits;
  /** Faults of events. */
  chaos: Chaos;
  log: Log;
}

/** A WebSocket API: accepts clients, dispatches their frames to routes and holds the open connections. */
export class WebSocketGateway {
  readonly connections = new Map<string, Connection>();
  readonly #options: WebSocketGatewayOptions;
  readonly #server: WebSocketServer;
  /** The subprotocol that $connect chose, until the handshake is done. */
  readonly #protocols = new WeakMap<IncomingMessage, string>();
  readonly #newcomers: TokenBucket;
  #stopped = false;

  constructor(options: WebSocketGatewayOptions) {
    this.#options = options;
    const { connectionsPerSecond } = options.limits;
    this.#newcomers = new TokenBucket(connectionsPerSecond, connectionsPerSecond);
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: options.limits.messageBytes,
      handleProtocols: (_offered, request) => this.#protocols.get(request) ?? false,
    });
  }

  get api(): Api {
    return this.#options.api;
  }

  /** A WebSocket API serves only upgrade requests. */
  async handle(): Promise<Reply> {
    return { status: 426 };
  }

  /**
   * Handles an upgrade request. The 101 is sent only after $connect has returned.
   * @param refused receives the status if the client is refused
   */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, refused: (status: number) => void = () => {}): void {
    socket.on('error', () => socket.destroy());
    const { activity, log } = this.#options;
    const status = this.#early(request);
    if (status) {
      refuse(socket, status);
      refused(status);
      return;
    }
    void activity
      .track(() => this.#admit(request, socket, head, refused))
      .catch((error: unknown) => {
        log({ kind: 'notice', text: `The WebSocket API could not answer an upgrade: ${String(error)}` });
        socket.destroy();
      });
  }

  /** The status of a request that is refused before any function runs. */
  #early(request: IncomingMessage): number | undefined {
    const { api, limits } = this.#options;
    // The stage is the only path.
    if (splitUrl(request.url)[0].replace(/\/$/, '') !== `/${api.stage}`) return 403;
    if (`wss://${domainName(api)}${request.url}`.length > limits.urlCharacters) return 414;
    return this.#newcomers.take(Date.now()) ? undefined : 429;
  }

  async #admit(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    refused: (status: number) => void,
  ): Promise<void> {
    const { api, integrator } = this.#options;
    const admission = await admit(api, request, integrator);
    if (!admission.admitted) {
      refuseUpgrade(socket, admission);
      refused(admission.status);
    } else if (socket.destroyed || this.#stopped) {
      // The client left while $connect ran. The function considers it connected, so $disconnect follows.
      socket.destroy();
      this.#disconnected(admission.facts, 1006, 'Connection Closed Abnormally');
    } else {
      if (admission.protocol) this.#protocols.set(request, admission.protocol);
      this.#accept(admission.facts, request, socket, head);
    }
  }

  /** Drops a connection as a network failure does. $disconnect is not delivered. */
  drop(connectionId: string): boolean {
    const connection = this.connections.get(connectionId);
    this.connections.delete(connectionId);
    connection?.drop();
    return connection !== undefined;
  }

  /** Closes all connections at shutdown, without $disconnect events. */
  stop(): void {
    this.#stopped = true;
    for (const connection of this.connections.values()) connection.drop();
    this.connections.clear();
    this.#server.close();
  }

  #accept(facts: ConnectionFacts, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const connection: Connection = new Connection(facts, webSocket, socket, this.#options.limits, {
        message: (body, arrivedAt) => this.#dispatch(connection, body, arrivedAt),
        closed: (statusCode, reason) => {
          this.connections.delete(facts.connectionId);
          this.#disconnected(facts, statusCode, reason);
        },
      });
      this.connections.set(facts.connectionId, connection);
    });
  }

  /** Frames are dispatched as they arrive, without waiting for earlier ones. */
  #dispatch(connection: Connection, body: string, arrivedAt: number): void {
    const { api, integrator, activity } = this.#options;
    void activity.track(async () => {
      const route = selectRoute(api, body);
      if (!route?.fn) return this.#complain(connection, 'Forbidden');
      const event = messageEvent(connection.facts, route.key, body, arrivedAt);
      const arn = routeArn(api, route.key);
      const result = await integrator.invoke(route.fn, event, `websocket ${route.key}`, arn, WEBSOCKET_TIMEOUT_MS);
      if (result.ok && z.safeParse(proxyResponse, result.value).success) return;
      this.#complain(connection, 'Internal server error');
    });
  }

  /** Sends API Gateway's own error message to a client. The connection stays open. */
  #complain(connection: Connection, message: string): void {
    if (!connection.open) return;
    const { connectionId } = connection.facts;
    connection.send(
      Buffer.from(`{"message": "${message}", "connectionId":"${connectionId}", "requestId":"${gatewayId()}"}`),
    );
  }

  #disconnected(facts: ConnectionFacts, statusCode: number, reason: string): void {
    const { api, integrator, chaos } = this.#options;
    const fn = api.routes.get('$disconnect')?.fn;
    if (!fn || this.#stopped || chaos.losesDisconnect()) return;
    const event = disconnectEvent(facts, statusCode, reason);
    void integrator.invoke(fn, event, 'websocket $disconnect', routeArn(api, '$disconnect'), WEBSOCKET_TIMEOUT_MS);
  }
}
