import { setTimeout as pause } from 'node:timers/promises';
import { disconnected, handleFrames } from '../jobs/frames.ts';
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
import { findApp } from '../store/apps.ts';
import { keepSession, startExchange, takePackets } from '../store/polling-outbox.ts';
import {
  addPackets,
  claimPoll,
  closePollingSession,
  type PollingSession,
  pollingSession,
} from '../store/polling-sessions.ts';
import { appOf, withCredentials } from './polling-credentials.ts';

/** How long a request waits for packets, and how often it looks for them, in ms. A waiting function is billed. */
const WAIT_MS = 900;
const LOOK_MS = 100;

/** After this time, a request notes that it waits, so that a second one is noticed. An upgrade takes about 300 ms. */
const CLAIM_MS = 450;

/** How long a client has for the upgrade, in ms: in all, and before an application may go on without. */
const UPGRADE_MS = 25_000;
const EXCHANGE_MS = 5000;

/** How soon after a probe the client pauses its polling, in ms. After that, the connection has been lost. */
const PROBE_MS = 5000;

const NO_UPGRADE = `No WebSocket connection was established within ${UPGRADE_MS / 1000} seconds. This application supports long-polling only to start a connection. Allow WebSocket connections in the proxies and firewalls between client and server`;

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

/** A request of an open session. */
export interface PollingRequest {
  readonly sid: string;
  readonly eio: Eio;
  /** The credentials in the URL. */
  readonly auth: string | undefined;
  /** The network address of the client. */
  readonly address: string | undefined;
  /** When it reached the gateway, epoch ms. */
  readonly arrival: number;
}

/**
 * Opens a session, and returns its first packets. Engine.IO 3 clients never ask for the main namespace, so it is
 * confirmed at once. Nothing is stored yet.
 */
export function open(eio: Eio): string {
  const sid = newSid({ eio, opened: Date.now() });
  count(METRIC.pollingSessions);
  const packet = openFrame(eio, { sid, upgrades: ['websocket'], ...HEARTBEAT, maxPayload: MAX_PAYLOAD });
  return encodePayload(eio, eio === 3 ? [packet, connectFrame(eio, MAIN_NAMESPACE, sid)] : [packet]);
}

/**
 * Waits about a second for packets, and returns them, or a noop. Ends early after a probe of the upgrade: the client then
 * waits for the end of this request.
 * @throws PollingError for an unknown session, and for a second request at the same time, which closes the session
 */
export async function poll(request: PollingRequest): Promise<string> {
  const { sid, eio } = request;
  const now = Date.now();
  let session = await openSession(request, now, { closed: true });
  if (session.upgraded !== undefined) throw new PollingError('request');
  if (session.closed !== undefined && !session.waiting) throw new PollingError('sid');
  if (session.waiting) await keepSession(sid, session, now);
  else if (await mayExchange(request, session, now)) session = await exchange(request, now);
  else if (now - session.opened >= UPGRADE_MS) return encodePayload(eio, await endWithoutUpgrade(session, sid, now));
  return encodePayload(eio, await packetsFor(sid, hasPackets(session) ? session : await wait(request, now)));
}

/** Waits for packets, or for an upgrade. The answer to a probe may arrive later than that to this request. */
async function wait(request: PollingRequest, now: number): Promise<PollingSession> {
  const until = now + WAIT_MS;
  let session: PollingSession;
  let isClaimed = false;
  let time = now;
  do {
    await pause(Math.min(LOOK_MS, until - time));
    time = Date.now();
    if (isClaimed || time < now + CLAIM_MS) {
      session = await openSession(request, time, { closed: true, consistent: false });
    } else {
      isClaimed = true;
      session = (await claimPoll(request.sid, now, until)) ?? (await overlapping(request, time));
    }
  } while (!hasPackets(session) && !isUpgrading(session, time) && time < until);
  return session;
}

const hasPackets = ({ waiting = [], closed }: PollingSession) => closed !== undefined || waiting.length > 0;

const isUpgrading = ({ probed = 0, upgraded }: PollingSession, now: number) =>
  upgraded !== undefined || now - probed < PROBE_MS;

async function packetsFor(sid: string, session: PollingSession): Promise<readonly string[]> {
  const { waiting = [], closed } = session;
  if (closed === undefined) return waiting.length > 0 ? takePackets(sid, session, Date.now()) : [NOOP];
  if (session.waiting) await disconnected(sid);
  return [...waiting, CLOSE];
}

/** The session of a request that cannot wait: it has ended or is upgraded, or another request waits. @throws PollingError */
async function overlapping(request: PollingRequest, now: number): Promise<PollingSession> {
  const session = await openSession(request, now, { closed: true });
  return session.closed !== undefined || session.upgraded !== undefined ? session : refuse(request, now);
}

/** Whether to go on without an upgrade. The setting of the application decides, which the credentials name. */
async function mayExchange({ auth }: PollingRequest, session: PollingSession, now: number): Promise<boolean> {
  if (now - session.opened < EXCHANGE_MS || session.probed !== undefined) return false;
  const app = appOf(session.eio, session.packets, auth);
  return app !== undefined && (await findApp(app))?.polling === 'full';
}

/** Handles what the client posted, as frames of a connection that has the id of the session. */
async function exchange(request: PollingRequest, now: number): Promise<PollingSession> {
  const { sid } = request;
  const session = await startExchange(sid, now);
  if (!session) return refuse(request, now);
  await handle(request, session.packets);
  return (await pollingSession(sid, Date.now(), { consistent: true })) ?? session;
}

async function handle({ sid, eio, auth, address, arrival }: PollingRequest, packets: readonly string[]): Promise<void> {
  const frames = packets.map((packet) => withCredentials(eio, packet, auth));
  const authorizer = { eio: String(eio), outcome: 'anonymous', ...(address !== undefined && { address }) };
  if (frames.length > 0) await handleFrames({ connectionId: sid, authorizer, frames, arrival });
}

/** A client that had a WebSocket connection and lost it can reconnect. Others learn why they cannot go on. */
async function endWithoutUpgrade({ eio, probed }: PollingSession, sid: string, now: number): Promise<string[]> {
  await closePollingSession(sid, now);
  if (probed !== undefined) return [CLOSE];
  count(METRIC.pollingRefused);
  return [connectErrorFrame(eio, NAMESPACE, { message: NO_UPGRADE }), CLOSE];
}

/**
 * Stores packets of a client until the upgrade.
 * @throws PollingError for an unknown session, and for packets that are invalid or too many, which close the session
 */
export async function post(request: PollingRequest, body: string | Buffer): Promise<void> {
  const { sid, eio, arrival } = request;
  const now = Date.now();
  const packets = decodePayload(eio, body);
  if (!packets || packets.some((packet) => receive(eio, packet).kind === 'invalid')) return refuse(request, now);
  const kept = packets.filter((packet) => packet !== NOOP);
  if (kept.includes(CLOSE)) return closeAfter(request, kept.slice(0, kept.indexOf(CLOSE)), now);
  if (kept.length === 0 || (await addPackets(sid, kept, now))) return;
  const { waiting, socket, upgraded = 0 } = await openSession(request, now);
  if (waiting) return handle(request, kept);
  if (!socket) return refuse(request, now, 413);
  // Swift clients do not wait for the end of a request with packets before they upgrade.
  if (arrival >= upgraded) throw new PollingError('request');
  await handleFrames({ ...socket, frames: kept, arrival });
}

async function closeAfter(request: PollingRequest, packets: readonly string[], now: number): Promise<void> {
  const { waiting } = await openSession(request, now);
  if (waiting) await handle(request, packets);
  await closePollingSession(request.sid, now);
  if (waiting) await disconnected(request.sid);
}

/** Refuses a request, and closes the session unless it is upgraded. @throws PollingError */
async function refuse(request: PollingRequest, now: number, status?: number): Promise<never> {
  const { waiting } = await openSession(request, now);
  await closePollingSession(request.sid, now);
  if (waiting) await disconnected(request.sid);
  throw new PollingError('request', status);
}

/**
 * @param closed whether it may be closed. @default false
 * @param consistent whether the result includes all earlier writes. @default true
 * @throws PollingError for an unknown session
 */
async function openSession(
  { sid }: PollingRequest,
  now: number,
  { closed = false, consistent = true } = {},
): Promise<PollingSession> {
  const session = await pollingSession(sid, now, { consistent });
  if (!session || (session.closed !== undefined && !closed)) throw new PollingError('sid');
  return session;
}
