import type { HeartbeatTimes } from '../protocol/index.ts';

/**
 * API Gateway cuts a connection after ten idle minutes and bills every frame, so heartbeats are rare:
 * after four minutes at most, one of the two sides has spoken, with two minutes of grace for the schedule. Milliseconds.
 */
export const HEARTBEAT: HeartbeatTimes = { pingInterval: 4 * 60_000, pingTimeout: 2 * 60_000 };

/**
 * What the schedule does about a connection, and how often (ms; whole minutes): it pings the clients of Engine.IO 4, and
 * asks API Gateway about the connections of Engine.IO 3, whose clients ping by themselves.
 */
export const ROUNDS = { ping: HEARTBEAT.pingInterval, check: 10 * 60_000 } as const;
export type Round = keyof typeof ROUNDS;
