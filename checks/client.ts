/** A stock client in another language. */
export interface Client {
  readonly name: string;
  readonly eio: 3 | 4;
  /** Whether it detects a closed connection only by a missed heartbeat. */
  readonly deafToClose: boolean;
  /** Its program can say several messages and leave. */
  readonly leaves: boolean;
  /**
   * Installs the client. Returns the command of a program for one user, without its last arguments: URL and credentials.
   * @throws Unavailable if this machine does not support the client
   */
  prepare(): Promise<readonly string[]>;
}

/** The place of the credentials: the URL query, or the payload of the namespace join. */
export type Place = 'url' | 'payload';

const PLACES = { url: 'credentials in the URL', payload: 'credentials in the CONNECT payload' };

export function title(library: string, version: string, place: Place): string {
  return `${library} ${version}, ${PLACES[place]}`;
}
