import { parseCredentials, type Visit, visitOf } from '../auth/auth-payload.ts';
import { authenticate } from '../auth/login.ts';
import { count } from '../observe/metrics.ts';
import { about } from '../observe/observed.ts';
import type { Application, Socket } from '../protocol/index.ts';
import { METRIC } from '../shared/constants.ts';
import { ChatError, ERROR, publicError } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import { NAMESPACE } from '../shared/wire.ts';
import { keepPace, TooFast } from './rate-limit.ts';
import { resume } from './recover.ts';
import { recovers } from './recoverable.ts';
import { forget } from './remove-connection.ts';
import { say } from './say.ts';
import { beginSession, type Entrant, refuse, type Session, welcome } from './session.ts';

/** What is known of a connection when a frame of it comes. */
export interface Client {
  /** Whose it is; undefined before a login by CONNECT payload. */
  readonly principal: Principal | undefined;
  /** What his login brings, if that waits for him to join. */
  readonly visit: Visit | undefined;
  /** Whether it could recover, as far as its URL tells. */
  readonly recovers: boolean;
}

/**
 * The chat as a Socket.IO application, for one frame of one connection.
 * @param arrival when the frame reached the gateway, epoch ms
 * @param background takes work that the answer to the client need not wait for, but the invocation must
 */
export function chat(client: Client, arrival: number, background: (work: Promise<void>) => void): Application {
  const { principal } = client;
  let login: { session: Session } | { error: ChatError } | undefined;

  return {
    async connect({ namespace, connection }, { query, payload }) {
      if (namespace === '/') return undefined;
      if (namespace !== NAMESPACE) return { message: 'Invalid namespace' };
      // The session begins before the join is confirmed: stock clients send what they have buffered at once after it.
      try {
        const entrant = await identify(client, query.auth ?? payload, arrival);
        about({ app: entrant.principal.app });
        const session = await beginSession(connection, entrant, arrival);
        if (!session) return 'repeated';
        login = { session };
        return await resume(session, payload);
      } catch (error) {
        login = { error: publicError(error) };
      }
      return undefined;
    },

    async connected({ connection }) {
      if (!login) return;
      await ('error' in login ? refuse(connection.id, login.error) : welcome(login.session, arrival));
    },

    async event(socket, name, args, packetId) {
      if (socket.namespace !== NAMESPACE || !principal) return undefined;
      try {
        if (name !== 'say')
          throw new ChatError(ERROR.unsupported, `There is no event ${name.slice(0, 64)}; a client sends say`);
        const speaker = { ...principal, connectionId: socket.connection.id };
        await keepPace(speaker, arrival);
        const { delivered, ...said } = await say(speaker, args[0], { ts: arrival, packetId });
        background(delivered);
        return [{ success: true, ...said }];
      } catch (error) {
        if (error instanceof TooFast && error.flood) await socket.connection.close();
        const told = publicError(error);
        count(told.code === ERROR.database ? METRIC.messagesFailed : METRIC.messagesRefused);
        return [{ success: false, ...(await refusal(socket, args[0], told)) }];
      }
    },

    async disconnect({ namespace, connection }) {
      if (namespace !== NAMESPACE) return;
      if (principal) await forget(connection.id, principal);
      await connection.close();
    },
  };
}

/** @throws ChatError when the credentials are wrong */
async function identify({ principal, visit, recovers: could }: Client, auth: unknown, now: number): Promise<Entrant> {
  if (principal && visit) return { principal, visit, recovers: true, once: true };
  const credentials = parseCredentials(auth);
  const found = await authenticate(credentials, now);
  const recovering = await recovers(found, credentials, could);
  return { principal: found, visit: visitOf(credentials), recovers: recovering, once: true };
}

/**
 * Tells a client that its message was refused, by an event of its own: MaxIM's clients know none for that,
 * and take `ack` for success. The number that the message carried comes back, so that newer ones can tell which.
 */
async function refusal(socket: Socket, input: unknown, error: ChatError) {
  const ack = typeof input === 'object' && input !== null && 'ack' in input ? input.ack : undefined;
  const refused = {
    error: error.code,
    message: error.message,
    ...(typeof ack === 'number' && { ack }),
  };
  await socket.emit('refused', refused);
  return refused;
}
