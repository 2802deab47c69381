/**
 * Connects one user of any generation of the JavaScript client.
 * @param connect the function that the client exports
 * @param tell receives each event and its arguments
 */
export function connectUser(connect, place, url, credentials, { transports, retries }, tell) {
  const options = {
    ...(transports && { transports }),
    ...(retries && { retries, ackTimeout: 10_000 }),
    ...(place === 'payload' && { auth: JSON.parse(credentials) }),
  };
  const query = place === 'url' ? `?auth=${encodeURIComponent(credentials)}` : '';
  const socket = connect(`${url}/chat${query}`, options);
  for (const event of ['login', 'message', 'ack', 'synced']) socket.on(event, (argument) => tell(event, argument));
  socket.on('disconnect', () => tell('disconnect'));
  return {
    /** Sends a message. With `retries`, the callback has an error before the answer. */
    say: (message) => socket.emit('say', message, (...answer) => tell('answer', answer[answer.length - 1] ?? null)),
    leave: () => socket.disconnect(),
  };
}
