import type { Application, Connection, Handshake, Socket } from './application.ts';
import { ackFrame, connectErrorFrame, connectFrame, eventFrame } from './frames.ts';
import type { Incoming } from './incoming.ts';

/**
 * Handles one parsed frame for an application. The only state between frames is `connection.namespaces`.
 *
 * An invalid frame closes the connection, as in socket.io. A packet for a namespace that was not joined does the same.
 * A repeated join is ignored, because the host may confirm the namespace before the client asks.
 */
export async function serve(application: Application, connection: Connection, incoming: Incoming): Promise<void> {
  switch (incoming.kind) {
    case 'ping':
      return connection.send(incoming.reply);
    case 'pong':
    case 'upgrade':
    case 'noop':
      return;
    case 'close':
    case 'invalid':
      return connection.close();
    case 'connect':
      if (connection.namespaces.has(incoming.namespace)) return;
      return join(application, socketOf(connection, incoming.namespace), incoming);
    default:
      if (!connection.namespaces.has(incoming.namespace)) return connection.close();
      return dispatch(application, socketOf(connection, incoming.namespace), incoming);
  }
}

function socketOf(connection: Connection, namespace: string): Socket {
  return {
    connection,
    namespace,
    emit: (name, ...args) => connection.send(eventFrame(namespace, name, args)),
  };
}

async function join(application: Application, socket: Socket, { query, payload }: Handshake): Promise<void> {
  const { connection, namespace } = socket;
  const answer = await application.connect(socket, { query, payload });
  if (answer === 'repeated') return;
  if (answer) return connection.send(connectErrorFrame(connection.eio, namespace, answer));
  connection.namespaces.add(namespace);
  try {
    await connection.send(connectFrame(connection.eio, namespace, connection.id));
  } catch (error) {
    await application.unconfirmed?.(socket);
    throw error;
  }
  await application.connected?.(socket, { query, payload });
}

type InNamespace = Extract<Incoming, { kind: 'event' | 'ack' | 'disconnect' }>;

async function dispatch(application: Application, socket: Socket, incoming: InNamespace): Promise<void> {
  const { connection, namespace } = socket;
  switch (incoming.kind) {
    case 'event': {
      const { name, args, id } = incoming;
      const answer = await application.event(socket, name, args, id);
      if (answer && id !== undefined) await connection.send(ackFrame(namespace, id, answer));
      return;
    }
    case 'ack':
      return application.ack?.(socket, incoming.id, incoming.args);
    case 'disconnect':
      connection.namespaces.delete(namespace);
      return application.disconnect?.(socket);
  }
}
