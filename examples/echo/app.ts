import type { Application } from '../../functions/protocol/index.ts';

const NAMESPACES: ReadonlySet<string> = new Set(['/', '/custom']);

/**
 * The echo application that the conformance suites of Engine.IO and Socket.IO expect. It returns the join payload and
 * all events.
 */
export const echo: Application = {
  async connect({ namespace }) {
    return NAMESPACES.has(namespace) ? undefined : { message: 'Invalid namespace' };
  },

  async connected(socket, { query, payload }) {
    // One of the two is empty: older clients send a query, newer clients a payload.
    await socket.emit('auth', { ...query, ...payload });
  },

  async event(socket, name, args) {
    if (name === 'message') await socket.emit('message-back', ...args);
    return name === 'message-with-ack' ? args : undefined;
  },
};
