import type { Eio } from './eio.ts';

/**
 * The rules of the heartbeat, without a clock of their own, so that a timer per connection can keep them and so can a
 * schedule that looks at stored connections. Every moment is in milliseconds of one clock, whichever.
 *
 * Engine.IO 4: the server pings every `pingInterval`, and the client's pong is late after `pingTimeout`.
 * Engine.IO 3: the client pings every `pingInterval`, and is gone when nothing came for `pingInterval + pingTimeout`.
 */
export interface HeartbeatTimes {
  readonly pingInterval: number;
  readonly pingTimeout: number;
}

/** What has to be remembered of a connection. */
export interface Pulse {
  /** The last sign of life: the opening, then every pong in Engine.IO 4, every frame in Engine.IO 3. */
  readonly heardAt: number;
  /** When the server last pinged. */
  readonly pingedAt?: number | undefined;
}

/** What there is to do about a connection now. */
export type Beat = 'wait' | 'ping' | 'close';

/** When the connection has timed out if it is not heard until then; undefined while it owes nothing. */
function deadAt(eio: Eio, pulse: Pulse, times: HeartbeatTimes): number | undefined {
  if (eio === 3) return pulse.heardAt + times.pingInterval + times.pingTimeout;
  return owesPong(pulse) ? pulse.pingedAt + times.pingTimeout : undefined;
}

/** When to look at the connection again, if nothing happens before. */
export function nextBeatAt(eio: Eio, pulse: Pulse, times: HeartbeatTimes): number {
  return deadAt(eio, pulse, times) ?? nextPingAt(pulse, times);
}

/** What there is to do about the connection at the given moment. */
export function beat(eio: Eio, pulse: Pulse, times: HeartbeatTimes, now: number): Beat {
  if (now < nextBeatAt(eio, pulse, times)) return 'wait';
  return deadAt(eio, pulse, times) === undefined ? 'ping' : 'close';
}

function nextPingAt(pulse: Pulse, times: HeartbeatTimes): number {
  return (pulse.pingedAt ?? pulse.heardAt) + times.pingInterval;
}

/** A pong heard in the very millisecond of the ping answers it. */
function owesPong(pulse: Pulse): pulse is Pulse & { readonly pingedAt: number } {
  return pulse.pingedAt !== undefined && pulse.pingedAt > pulse.heardAt;
}
