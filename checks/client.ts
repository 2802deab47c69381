/** A stock client in another language, to be checked. */
export interface Client {
  readonly name: string;
  readonly eio: 3 | 4;
  /** It notices only by a missed heartbeat that the server has closed the connection. */
  readonly deafToClose: boolean;
  /** Its program can say several messages and leave. */
  readonly leaves: boolean;
  /**
   * Installs the client and answers the command of a program that plays one user, without its last arguments: URL and credentials.
   * @throws Unavailable when this machine cannot have it
   */
  prepare(): Promise<readonly string[]>;
}

/** Where a client gets its credentials to: the URL's query, or the packet that joins the namespace. */
export type Place = 'url' | 'payload';

const PLACES = { url: 'credentials in the URL', payload: 'credentials in the CONNECT payload' };

export function title(library: string, version: string, place: Place): string {
  return `${library} ${version}, ${PLACES[place]}`;
}
