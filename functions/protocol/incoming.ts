/** The meaning of one frame from a client. */
export type Incoming =
  /** `reply` is the frame that answers it: the pong with the ping's own data. */
  | { kind: 'ping'; reply: string }
  | { kind: 'pong' }
  | { kind: 'upgrade' }
  | { kind: 'noop' }
  | { kind: 'close' }
  /** `query` is what Engine.IO 3 clients put behind the namespace, `payload` what Engine.IO 4 clients send with the packet. */
  | { kind: 'connect'; namespace: string; query: Record<string, string>; payload: Record<string, unknown> }
  | { kind: 'disconnect'; namespace: string }
  /** With an `id` the client waits for an acknowledgement. */
  | { kind: 'event'; namespace: string; id?: number; name: string; args: unknown[] }
  | { kind: 'ack'; namespace: string; id: number; args: unknown[] }
  /** `reason` is a sentence of ours that repeats nothing of the frame, so it may be logged and shown. */
  | { kind: 'invalid'; reason: string };

export function invalid(reason: string): Incoming {
  return { kind: 'invalid', reason };
}
