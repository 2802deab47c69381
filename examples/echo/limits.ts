/** The limits of the echo server. They are short, so that heartbeat tests are fast. */
export const PING_INTERVAL_MS = 300;
export const PING_TIMEOUT_MS = 200;

/** The maximum frame size in bytes. */
export const MAX_PAYLOAD = 1_000_000;

/** The time in which a connection must join a namespace. */
export const JOIN_TIMEOUT_MS = 1000;
