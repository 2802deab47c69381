/**
 * State of the connection.
 *
 * - `idle`: not used yet
 * - `connecting`: first connection and login
 * - `online`: logged in
 * - `reconnecting`: the connection was lost; the client tries again
 * - `offline`: paused by the app, or the device has no network
 * - `refused`: the server refused the login, or disconnected this device; log in again
 * - `closed`: by `logout` or `close`
 */
export type Status = 'idle' | 'connecting' | 'online' | 'reconnecting' | 'offline' | 'refused' | 'closed';

export type Transition = 'connect' | 'loggedIn' | 'lost' | 'pause' | 'resume' | 'refuse' | 'close';

const TRANSITIONS: Record<Status, Partial<Record<Transition, Status>>> = {
  idle: { connect: 'connecting', close: 'closed' },
  connecting: { loggedIn: 'online', refuse: 'refused', pause: 'offline', close: 'closed' },
  online: { lost: 'reconnecting', refuse: 'refused', pause: 'offline', close: 'closed' },
  reconnecting: { loggedIn: 'online', refuse: 'refused', pause: 'offline', close: 'closed' },
  offline: { resume: 'reconnecting', close: 'closed' },
  refused: { connect: 'connecting', close: 'closed' },
  closed: { connect: 'connecting' },
};

/** The status after a transition. A transition that the status does not know changes nothing. */
export const next = (status: Status, transition: Transition): Status => TRANSITIONS[status][transition] ?? status;
