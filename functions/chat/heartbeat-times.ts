import type { HeartbeatTimes } from '../protocol/index.ts';

/**
 * API Gateway cuts a connection after ten idle minutes and bills every frame, so heartbeats are rare:
 * after five minutes at most, one of the two sides has spoken, with a minute of grace for the schedule. Milliseconds.
 */
export const HEARTBEAT: HeartbeatTimes = { pingInterval: 4 * 60_000, pingTimeout: 2 * 60_000 };
