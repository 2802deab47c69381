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
import { keepSession, takeLastPackets, takePackets } from '../store/polling-outbox.ts';
import { addPackets, claimPoll, closePollingSession, type PollingSession } from '../store/polling-sessions.ts';
import { exchange, handlePackets, mayExchange } from './polling-exchange.ts';
import { end, PollingError, type PollingRequest, refuse, sessionOf } from './polling-request.ts';

/**
 * The pauses of a request that waits, in ms: after each, it looks for packets. A waiting function is billed. Most upgrades
 * take about 300 ms.
 */
const PAUSES_MS = [100, 200, 300, 300];
const WAIT_MS = PAUSES_MS.reduce((sum, ms) => sum + ms);

/** After this pause, a request notes that it waits, so that a second one is noticed. Most requests end before. */
const CLAIM_AFTER = 2;

/** How long a client has for the upgrade, in ms. */
const UPGRADE_MS = 25_000;

/**
 * The longest time between two requests of a client that works, in ms. After a longer time, its upgrade can be as late as
 * its request: because of the network, or because functions are throttled.
 */
const BETWEEN_POLLS_MS = 3000;

/** How long after its upgrade a Swift client can have a request with packets under way, in ms. */
const LATE_POST_MS = 10_000;

/** How soon after a probe the client pauses its polling, in ms. After that, the connection has been lost. */
const PROBE_MS = 2000;

const NO_UPGRADE = `No WebSocket connection was established within ${UPGRADE_MS / 1000} seconds. This application supports long-polling only to start a connection. Allow WebSocket connections in the proxies and firewalls between client and server`;

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
  const now = Date.now();
  let session = await sessionOf(request, now, { closed: true });
  if (session.upgraded !== undefined) throw new PollingError('request');
  if (session.closed !== undefined && !session.waiting) throw new PollingError('sid');
  if (session.waiting) await keepSession(session, now);
  else if (await mayExchange(request, session, now)) session = await exchange(request, now);
  else if (now - session.opened >= UPGRADE_MS) session = await endWithoutUpgrade(session, now);
  return encodePayload(session.eio, await packetsOf(hasPackets(session) ? session : await wait(request, now)));
}

/** Waits for packets, or for an upgrade. The answer to a probe may arrive later than that to this request. */
async function wait(request: PollingRequest, now: number): Promise<PollingSession> {
  let session: PollingSession | undefined;
  for (const [n, ms] of PAUSES_MS.entries()) {
    await pause(ms);
    const time = Date.now();
    session =
      n === CLAIM_AFTER
        ? ((await claimPoll(request.session, now, now + WAIT_MS)) ?? (await overlapping(request, time)))
        : await sessionOf(request, time, { closed: true, consistent: false });
    if (hasPackets(session) || isUpgrading(session, time)) break;
  }
  return session ?? sessionOf(request, now, { closed: true });
}

const hasPackets = ({ waiting = [], closed }: PollingSession) => closed !== undefined || waiting.length > 0;

const isUpgrading = ({ probed = 0, upgraded }: PollingSession, now: number) =>
  upgraded !== undefined || now - probed < PROBE_MS;

/** The session of a request that cannot wait: it is closed or upgraded, or another request waits. @throws PollingError */
async function overlapping(request: PollingRequest, now: number): Promise<PollingSession> {
  const session = await sessionOf(request, now, { closed: true });
  return session.closed !== undefined || session.upgraded !== undefined ? session : refuse(request, now);
}

/** Clients lose what arrives together with the end, so that comes alone. */
async function packetsOf(session: PollingSession): Promise<readonly string[]> {
  const { connectionId, waiting = [], taken, closed } = session;
  if (closed === undefined) {
    const packets = waiting.length > 0 ? await takePackets(session, Date.now()) : [];
    return packets.length > 0 ? packets : [NOOP];
  }
  if (waiting.length > 0) {
    await takeLastPackets(session);
    return waiting;
  }
  if (taken !== undefined) await disconnected(connectionId);
  return [CLOSE];
}

/**
 * Ends a session. A client that probed a WebSocket connection, or whose requests are late, is to reconnect. Others learn why
 * they cannot go on: stock clients of 4.x then stop.
 */
async function endWithoutUpgrade(session: PollingSession, now: number): Promise<PollingSession> {
  const { eio, opened, probed, polled = opened } = session;
  const isTemporary = probed !== undefined || now - polled > BETWEEN_POLLS_MS;
  if (!isTemporary) count(METRIC.pollingRefused);
  const waiting = isTemporary ? [] : [connectErrorFrame(eio, NAMESPACE, { message: NO_UPGRADE })];
  await closePollingSession(session, now, waiting);
  return { ...session, closed: now, waiting };
}

/**
 * Stores packets of a client until the upgrade.
 * @throws PollingError for an unknown session, and for packets that are invalid or too many, which close the session
 */
export async function post(request: PollingRequest, body: string | Buffer): Promise<void> {
  const { session, arrival } = request;
  const { eio } = session;
  const now = Date.now();
  const packets = decodePayload(eio, body);
  if (!packets || packets.some((packet) => receive(eio, packet).kind === 'invalid')) return refuse(request, now);
  const kept = packets.filter((packet) => packet !== NOOP);
  if (kept.includes(CLOSE)) return endAfter(request, kept.slice(0, kept.indexOf(CLOSE)), now);
  if (kept.length === 0 || (await addPackets(session, kept, now))) return;
  const { waiting, socket, upgraded = 0 } = await sessionOf(request, now);
  if (waiting) return handlePackets(request, kept);
  if (!socket) return refuse(request, now, 413);
  // Swift clients do not wait for the end of a request with packets before they upgrade. It can even arrive later.
  if (arrival >= upgraded + (eio === 3 ? LATE_POST_MS : 0)) throw new PollingError('request');
  await handleFrames({ ...socket, frames: kept, arrival });
}

async function endAfter(request: PollingRequest, packets: readonly string[], now: number): Promise<void> {
  const session = await sessionOf(request, now);
  if (session.waiting) await handlePackets(request, packets);
  await end(request, session, now);
}
