import type { HeartbeatTimes } from '../protocol/index.ts';

/**
 * Heartbeat times in ms. API Gateway closes a connection after ten idle minutes and bills every frame, so heartbeats
 * are rare. A heartbeat is due every four minutes, plus two minutes of tolerance for the schedule.
 */
export const HEARTBEAT: HeartbeatTimes = { pingInterval: 4 * 60_000, pingTimeout: 2 * 60_000 };

/**
 * The scheduled checks and their intervals, in ms and whole minutes. The schedule pings Engine.IO 4 clients. Engine.IO
 * 3 clients ping by themselves, so for them it queries API Gateway.
 */
export const ROUNDS = { ping: HEARTBEAT.pingInterval, check: 10 * 60_000 } as const;
export type Round = keyof typeof ROUNDS;
