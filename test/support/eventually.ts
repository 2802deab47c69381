import { expect } from 'vitest';

/** Expects something of a value that changes, and waits for it. */
export const eventually = <T>(read: () => T, timeout = 10_000) => expect.poll(read, { timeout, interval: 20 });
