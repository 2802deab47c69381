/** A stock client. */
export interface Client {
  /** The library and its generation. With `place`, it is unique. */
  readonly name: string;
  readonly place: Place;
  readonly eio: 3 | 4;
  /** Whether it detects a closed connection only by a missed heartbeat. */
  readonly deafToClose: boolean;
  /** Its program can say several messages and leave. */
  readonly leaves: boolean;
  /** It repeats messages without an acknowledgement by itself, with the option `retries`. */
  readonly retries: boolean;
  /**
   * Installs the client.
   * @throws Unavailable if this machine does not support the client
   */
  prepare(): Promise<Prepared>;
}

export interface Prepared {
  readonly version: string;
  /** The command of a program for one user, without its last arguments: URL, credentials and {@link ClientOptions}. */
  readonly command: readonly string[];
}

/** The options of a client. */
export interface ClientOptions {
  /** @default those of the client: long-polling, then an upgrade to a WebSocket */
  readonly transports?: readonly ['websocket'];
  /** @default the client repeats no message */
  readonly retries?: number;
}

/** The place of the credentials: the URL query, or the payload of the namespace join. */
export type Place = 'url' | 'payload';

export const PLACES = { url: 'URL', payload: 'CONNECT packet' } as const;

export const title = ({ name, place }: Pick<Client, 'name' | 'place'>) =>
  `${name}, credentials in the ${PLACES[place]}`;
