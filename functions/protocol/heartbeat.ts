import type { Eio } from './eio.ts';

/**
 * The rules of the heartbeat, without a clock or timer. A timer per connection can apply them, and so can a schedule
 * over stored connections. All times are milliseconds of the same clock.
 *
 * Engine.IO 4: the server pings every `pingInterval`, and the pong is overdue after `pingTimeout`. Engine.IO 3: the
 * client pings every `pingInterval`. It is dead when no frame arrives for `pingInterval + pingTimeout`.
 */
export interface HeartbeatTimes {
  readonly pingInterval: number;
  readonly pingTimeout: number;
}

/** The heartbeat state of a connection. */
export interface Pulse {
  /** When the client was last active. Engine.IO 4 counts the opening and pongs; Engine.IO 3 counts every frame. */
  readonly heardAt: number;
  /** When the server last pinged. */
  readonly pingedAt?: number | undefined;
}

/** The next action for a connection. */
export type Beat = 'wait' | 'ping' | 'close';

/** When the connection times out without activity. Undefined while no answer is due. */
function deadAt(eio: Eio, pulse: Pulse, times: HeartbeatTimes): number | undefined {
  if (eio === 3) return pulse.heardAt + times.pingInterval + times.pingTimeout;
  return owesPong(pulse) ? pulse.pingedAt + times.pingTimeout : undefined;
}

/** When to check the connection again if nothing happens before. */
export function nextBeatAt(eio: Eio, pulse: Pulse, times: HeartbeatTimes): number {
  return deadAt(eio, pulse, times) ?? nextPingAt(pulse, times);
}

/** The action that is due for the connection at a time. */
export function beat(eio: Eio, pulse: Pulse, times: HeartbeatTimes, now: number): Beat {
  if (now < nextBeatAt(eio, pulse, times)) return 'wait';
  return deadAt(eio, pulse, times) === undefined ? 'ping' : 'close';
}

function nextPingAt(pulse: Pulse, times: HeartbeatTimes): number {
  return (pulse.pingedAt ?? pulse.heardAt) + times.pingInterval;
}

/** A pong in the same millisecond as the ping counts as its answer. */
function owesPong(pulse: Pulse): pulse is Pulse & { readonly pingedAt: number } {
  return pulse.pingedAt !== undefined && pulse.pingedAt > pulse.heardAt;
}
