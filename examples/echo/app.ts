import type { Application } from '../../functions/protocol/index.ts';

const NAMESPACES: ReadonlySet<string> = new Set(['/', '/custom']);

/**
 * The echo application, as the conformance suites of Engine.IO and Socket.IO expect it: it says back what clients
 * joined with and what they send.
 */
export const echo: Application = {
  async connect({ namespace }) {
    return NAMESPACES.has(namespace) ? undefined : { message: 'Invalid namespace' };
  },

  async connected(socket, { query, payload }) {
    // One of the two is empty: the older clients have a query only, the newer ones a payload only.
    await socket.emit('auth', { ...query, ...payload });
  },

  async event(socket, name, args) {
    if (name === 'message') await socket.emit('message-back', ...args);
    return name === 'message-with-ack' ? args : undefined;
  },
};
