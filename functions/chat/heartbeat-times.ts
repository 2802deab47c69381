/**
 * API Gateway cuts a connection after ten idle minutes and bills every frame, so heartbeats are rare:
 * after five minutes at most, one of the two sides has spoken, with a minute of grace for the schedule.
 */
export const PING_INTERVAL_MS = 4 * 60_000;
export const PING_TIMEOUT_MS = 2 * 60_000;
