import { loginOptions, parseAuthPayload } from '../auth/auth-payload.ts';
import { type Authorization, knownPrincipal } from '../auth/authorizer-context.ts';
import { authenticate } from '../auth/login.ts';
import { count } from '../observe/metrics.ts';
import { logPrincipal } from '../observe/principal.ts';
import { publicError } from '../observe/public-error.ts';
import type { Application, Socket } from '../protocol/index.ts';
import { METRIC } from '../shared/constants.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import type { Answer, ServerEvents, StateAnswer } from '../shared/server-events.ts';
import { NAMESPACE } from '../shared/wire.ts';
import { connectionOwner } from '../store/connections.ts';
import { changeState } from './app-state.ts';
import { changeEvent } from './change-event.ts';
import { notLoggedIn } from './check-session.ts';
import { CLIENT_EVENTS, isClientEvent } from './client-events.ts';
import { checkRateLimit, isAboveRateLimit, RateLimitExceeded } from './rate-limit.ts';
import { readEvent } from './read-event.ts';
import { removeConnection } from './remove-connection.ts';
import { say } from './say.ts';
import { announceSession, confirmLogin, type Login, refuseLogin, type Session, startSession } from './session.ts';
import { signal } from './signal.ts';

/**
 * The chat as a Socket.IO application, for one frame of one connection.
 * @param arrival when the frame reached the gateway, epoch ms
 * @param background receives work that may finish after the answer, but before the invocation ends
 */
export function chatApplication(
  authorization: Authorization,
  arrival: number,
  background: (work: Promise<void>) => void,
): Application {
  let joined: Session | ChatError | undefined;

  return {
    async connect({ namespace, connection }, { query, payload }) {
      const sender = { principal: knownPrincipal(authorization), connectionId: connection.id };
      if (namespace !== NAMESPACE) {
        if (await isAboveRateLimit(sender, 'join', arrival)) return 'repeated';
        return namespace === '/' ? undefined : { message: 'Invalid namespace' };
      }
      // The session starts before the join is confirmed, because clients send buffered events right after the
      // confirmation.
      try {
        await checkRateLimit(sender, 'join', arrival);
        const login = await identify(authorization, query.auth ?? payload, arrival);
        logPrincipal(login.principal);
        if (!sender.principal) await checkRateLimit({ ...sender, principal: login.principal }, 'join', arrival);
        joined = await startSession(connection, login, arrival);
        return joined ? undefined : 'repeated';
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        joined = error;
        return undefined;
      }
    },

    async connected({ connection }) {
      if (!joined) return;
      await (joined instanceof ChatError ? refuseLogin(connection.id, joined) : confirmLogin(joined));
    },

    async unconfirmed() {
      if (joined && !(joined instanceof ChatError)) await announceSession(joined);
    },

    async event(socket, name, args, packetId) {
      const connectionId = socket.connection.id;
      try {
        if (socket.namespace !== NAMESPACE) {
          await checkRateLimit({ principal: knownPrincipal(authorization), connectionId }, 'event', arrival);
          return refuseNamespace(socket, packetId !== undefined);
        }
        const principal = await sender(authorization, connectionId, arrival);
        logPrincipal(principal);
        const speaker = { ...principal, connectionId };
        await checkRateLimit({ principal, connectionId }, name === 'signal' ? name : 'event', arrival);
        if (!isClientEvent(name)) throw unknownEvent(name);
        const proof = authorization.outcome === 'known' ? authorization.options : undefined;
        switch (name) {
          case 'say': {
            const { delivered, ...stored } = await say(speaker, args[0], { ts: arrival, packetId, proof });
            background(delivered);
            return [{ success: true, ...stored } satisfies Answer];
          }
          case 'edit':
          case 'recall':
          case 'react': {
            const { delivered, ...changed } = await changeEvent(name, { ...speaker, proof }, args[0], arrival);
            background(delivered);
            return [{ success: true, ...changed } satisfies Answer];
          }
          case 'read':
          case 'signal': {
            const { delivered } = await (name === 'read' ? readEvent : signal)({ ...speaker, proof }, args[0], arrival);
            background(delivered);
            return [{ success: true } satisfies StateAnswer];
          }
          case 'background':
          case 'foreground':
            await changeState(speaker, name);
            return [{ success: true } satisfies StateAnswer];
        }
      } catch (error) {
        if (error instanceof RateLimitExceeded && error.flood) await socket.connection.close();
        const shown = publicError(error);
        count(shown.code === ERROR.database ? METRIC.messagesFailed : METRIC.messagesRefused);
        return [{ success: false, ...(await refuseEvent(socket, args[0], shown)) } satisfies Answer];
      }
    },

    async disconnect({ namespace, connection }) {
      if (namespace !== NAMESPACE) return;
      await removeConnection(connection.id, knownPrincipal(authorization));
      await connection.close();
    },
  };
}

const unknownEvent = (name: string) =>
  new ChatError(
    ERROR.unsupported,
    `There is no event ${name.slice(0, 64)}; a client sends ${Object.keys(CLIENT_EVENTS).join(', ')}`,
  );

/** @throws ChatError when the credentials are wrong */
async function identify(authorization: Authorization, auth: unknown, now: number): Promise<Login> {
  switch (authorization.outcome) {
    case 'known':
      return authorization;
    case 'refused':
      throw new ChatError(authorization.code, authorization.message);
    case 'anonymous': {
      const payload = parseAuthPayload(auth);
      const { principal, proof } = await authenticate(payload, { now, address: authorization.address });
      return { principal, options: loginOptions(payload, proof) };
    }
  }
}

/**
 * The sender of an event. Only clients that logged in by CONNECT payload require a read.
 * @throws ChatError 5003 when no user is logged in on the connection
 * @throws RateLimitExceeded when a connection without a login sends too many events
 */
async function sender(authorization: Authorization, connectionId: string, now: number): Promise<Principal> {
  if (authorization.outcome === 'known') return authorization.principal;
  const owner = authorization.outcome === 'anonymous' ? await connectionOwner(connectionId) : undefined;
  if (owner && owner !== 'ended') return owner;
  await checkRateLimit({ principal: undefined, connectionId }, 'event', now);
  throw notLoggedIn();
}

/**
 * Refuses an event outside the chat's namespace: in the acknowledgement if the client asked for one, else in `refused`.
 * One post at most, because anybody can send such events.
 */
async function refuseNamespace(socket: Socket, acknowledged: boolean): Promise<readonly [Answer] | undefined> {
  const message = `There are no events in the namespace ${socket.namespace}; join the namespace ${NAMESPACE}`;
  const refused: ServerEvents['refused'] = { error: ERROR.unsupported, message };
  count(METRIC.messagesRefused);
  if (acknowledged) return [{ success: false, ...refused }];
  await socket.emit('refused', refused);
  return undefined;
}

/**
 * Tells a client that its event was refused, in an event of its own: MaxIM's clients know none for that, and take `ack`
 * for success. The message's `ack` number comes back, so that newer clients can tell which message it was.
 */
async function refuseEvent(socket: Socket, input: unknown, error: ChatError) {
  const ack = typeof input === 'object' && input !== null && 'ack' in input ? input.ack : undefined;
  const refused: ServerEvents['refused'] = {
    error: error.code,
    message: error.message,
    ...(typeof ack === 'number' && { ack }),
  };
  await socket.emit('refused', refused);
  return refused;
}
