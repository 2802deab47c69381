/** The parsed form of one frame from a client. */
export type Incoming =
  /** `reply` is the frame to send: a pong with the data of the ping. */
  | { kind: 'ping'; reply: string }
  | { kind: 'pong' }
  | { kind: 'upgrade' }
  | { kind: 'noop' }
  | { kind: 'close' }
  /**
   * `query` is what Engine.IO 3 clients append to the namespace. `payload` is what Engine.IO 4 clients send in the
   * packet.
   */
  | { kind: 'connect'; namespace: string; query: Record<string, string>; payload: Record<string, unknown> }
  | { kind: 'disconnect'; namespace: string }
  /** An `id` means that the client expects an acknowledgement. */
  | { kind: 'event'; namespace: string; id?: number; name: string; args: unknown[] }
  | { kind: 'ack'; namespace: string; id: number; args: unknown[] }
  /** `reason` contains no part of the frame, so it is safe to log and to show. */
  | { kind: 'invalid'; reason: string };

export function invalid(reason: string): Incoming {
  return { kind: 'invalid', reason };
}
