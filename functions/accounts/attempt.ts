/** Who tries something that is limited per network address, and when. */
export interface Attempt {
  /** Epoch ms. */
  readonly now: number;
  /** The network address of the client. All clients with an unknown one share their limits. */
  readonly address?: string | undefined;
}
