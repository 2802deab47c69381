/**
 * The frame protocol: Engine.IO 3 and 4 over WebSocket and long-polling, with Socket.IO 4 and 5. It has no dependency on other project
 * code. It opens no connections and waits only for the application that it serves.
 *
 * Sources: https://github.com/socketio/engine.io-protocol and https://github.com/socketio/socket.io-protocol (branches
 * `v3` and `v4` for the older revisions), and recorded frames of the clients 1.4.8 to 4.8.4.
 */
export type { Application, Connection, Handshake, Refusal, Socket } from './application.ts';
export { type Eio, parseEio } from './eio.ts';
export { CLOSE, NOOP, type OpenHandshake, openFrame, PING, PONG, UPGRADE } from './engine.ts';
export { ackFrame, connectErrorFrame, connectFrame, disconnectFrame, eventFrame } from './frames.ts';
export { type Beat, beat, type HeartbeatTimes, nextBeatAt, type Pulse } from './heartbeat.ts';
export type { Incoming } from './incoming.ts';
export { type Json, tryParseJson } from './json.ts';
export { MAIN_NAMESPACE } from './packet.ts';
export { decodePayload, encodePayload, OCTET_STREAM } from './payload.ts';
export { receive } from './receive.ts';
export { serve } from './serve.ts';
