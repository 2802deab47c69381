import { METRIC } from '../constants.ts';
import { count } from '../observe/metrics.ts';
import { about } from '../observe/observed.ts';
import type { Application, Socket } from '../protocol/index.ts';
import { parseCredentials, visitOf } from './credentials.ts';
import { ChatError, ERROR, publicError } from './errors.ts';
import { forget } from './forget.ts';
import { authenticate } from './login.ts';
import { keepPace, TooFast } from './pace.ts';
import type { Principal } from './principal.ts';
import { say } from './say.ts';
import { beginSession, refuse, type Session, welcome } from './session.ts';
import { NAMESPACE } from './wire.ts';

/**
 * The chat as a Socket.IO application, for one frame of one connection.
 * @param principal who is logged in on the connection; undefined before a login by CONNECT payload
 * @param arrival when the frame reached the gateway, epoch ms
 * @param background takes work that the answer to the client need not wait for, but the invocation must
 */
export function chat(
  principal: Principal | undefined,
  arrival: number,
  background: (work: Promise<void>) => void,
): Application {
  let login: { session: Session } | { error: ChatError } | undefined;

  return {
    async connect({ namespace, connection }, { query, payload }) {
      if (namespace === '/') return undefined;
      if (namespace !== NAMESPACE) return { message: 'Invalid namespace' };
      // The session begins before the join is confirmed: stock clients send what they have buffered at once after it.
      try {
        const credentials = parseCredentials(query.auth ?? payload);
        const found = await authenticate(credentials, arrival);
        about({ app: found.app });
        login = { session: await beginSession(connection, found, visitOf(credentials), arrival) };
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
