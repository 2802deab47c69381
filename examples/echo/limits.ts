/** What the echo server holds its clients to; short, so that tests of the heartbeat are. */
export const PING_INTERVAL_MS = 300;
export const PING_TIMEOUT_MS = 200;

/** The longest frame taken, in bytes. */
export const MAX_PAYLOAD = 1_000_000;

/** How long a connection may stay without having joined a namespace. */
export const JOIN_TIMEOUT_MS = 1000;
