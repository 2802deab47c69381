import { setTimeout as pause } from 'node:timers/promises';
import { count } from '../observe/metrics.ts';
import {
  CLOSE,
  connectErrorFrame,
  connectFrame,
  decodePayload,
  type Eio,
  encodePayload,
  MAIN_NAMESPACE,
  NOOP,
  openFrame,
  receive,
} from '../protocol/index.ts';
import { METRIC } from '../shared/constants.ts';
import { HEARTBEAT } from '../shared/heartbeat-times.ts';
import { newSid } from '../shared/sid.ts';
import { MAX_PAYLOAD, NAMESPACE } from '../shared/wire.ts';
import {
  addPackets,
  closePollingSession,
  createPollingSession,
  type PollingSession,
  pollingSession,
  startPoll,
} from '../store/polling-sessions.ts';

/** How long a request waits for packets, and how often it looks for them, in ms. A waiting function is billed. */
const WAIT_MS = 900;
const LOOK_MS = 100;

/** How long a client has for the upgrade, in ms. */
const UPGRADE_MS = 25_000;

/** How soon after a probe the client pauses its polling, in ms. After that, the connection has been lost. */
const PROBE_MS = 5000;

const NO_UPGRADE = `No WebSocket connection was established within ${UPGRADE_MS / 1000} seconds. This server supports long-polling only to start a connection. Allow WebSocket connections in the proxies and firewalls between client and server`;

/** The error codes of an Engine.IO server. https://socket.io/docs/v4/troubleshooting-connection-issues */
const ENGINE_ERROR = {
  transport: { code: 0, message: 'Transport unknown' },
  sid: { code: 1, message: 'Session ID unknown' },
  method: { code: 2, message: 'Bad handshake method' },
  request: { code: 3, message: 'Bad request' },
  version: { code: 5, message: 'Unsupported protocol version' },
} as const;

/** A request that cannot be served, with the error for the client. */
export class PollingError extends Error {
  readonly status: number;
  readonly shown: { readonly code: number; readonly message: string };

  constructor(error: keyof typeof ENGINE_ERROR, status = 400) {
    super(ENGINE_ERROR[error].message);
    this.shown = ENGINE_ERROR[error];
    this.status = status;
  }
}

/**
 * Opens a session, and returns its first packets. Engine.IO 3 clients never ask for the main namespace, so it is
 * confirmed at once.
 */
export async function open(eio: Eio, now: number): Promise<string> {
  const sid = newSid();
  await createPollingSession(sid, eio, now);
  count(METRIC.pollingSessions);
  const packet = openFrame(eio, { sid, upgrades: ['websocket'], ...HEARTBEAT, maxPayload: MAX_PAYLOAD });
  return encodePayload(eio, eio === 3 ? [packet, connectFrame(eio, MAIN_NAMESPACE, sid)] : [packet]);
}

/**
 * Waits about a second for packets, and returns them, or a noop. Ends early after a probe of the upgrade: the client then
 * waits for the end of this request.
 * @throws PollingError for an unknown session, and for a second request at the same time, which closes the session
 */
export async function poll(sid: string, eio: Eio, now: number): Promise<string> {
  const until = now + WAIT_MS;
  const started = await startPoll(sid, now, until);
  if (!started) {
    const session = await existing(sid, eio, now);
    if (session.upgraded === undefined) await closePollingSession(sid, now);
    throw new PollingError('request');
  }
  let session: PollingSession | undefined = started;
  if (session.eio !== eio) throw new PollingError('request');
  if (now - session.opened >= UPGRADE_MS) return endWithoutUpgrade(sid, session, now);
  for (let time = now; session && !isUpgrading(session, time) && time < until; time = Date.now()) {
    await pause(Math.min(LOOK_MS, until - time));
    session = await pollingSession(sid, Date.now());
  }
  return encodePayload(eio, [session ? NOOP : CLOSE]);
}

const isUpgrading = ({ probed = 0, upgraded }: PollingSession, now: number) =>
  upgraded !== undefined || now - probed < PROBE_MS;

/** A client that had a WebSocket connection and lost it can reconnect. Others learn why they cannot go on. */
async function endWithoutUpgrade(sid: string, { eio, probed }: PollingSession, now: number): Promise<string> {
  await closePollingSession(sid, now);
  if (probed !== undefined) return encodePayload(eio, [CLOSE]);
  count(METRIC.pollingRefused);
  return encodePayload(eio, [connectErrorFrame(eio, NAMESPACE, { message: NO_UPGRADE }), CLOSE]);
}

/**
 * Stores packets of a client until the upgrade.
 * @throws PollingError for an unknown session, and for packets that are invalid or too many, which close the session
 */
export async function post(sid: string, eio: Eio, body: string | Buffer, now: number): Promise<void> {
  const packets = decodePayload(eio, body);
  if (!packets || packets.some((packet) => receive(eio, packet).kind === 'invalid')) {
    await existing(sid, eio, now);
    await closePollingSession(sid, now);
    throw new PollingError('request');
  }
  if (packets.includes(CLOSE)) return closePollingSession(sid, now);
  const kept = packets.filter((packet) => packet !== NOOP);
  if (kept.length === 0 || (await addPackets(sid, kept, now))) return;
  const session = await existing(sid, eio, now);
  if (session.upgraded !== undefined) throw new PollingError('request');
  await closePollingSession(sid, now);
  throw new PollingError('request', 413);
}

/** @throws PollingError for an unknown session, or one with another protocol */
async function existing(sid: string, eio: Eio, now: number): Promise<PollingSession> {
  const session = await pollingSession(sid, now, { consistent: true });
  if (!session) throw new PollingError('sid');
  if (session.eio !== eio) throw new PollingError('request');
  return session;
}
