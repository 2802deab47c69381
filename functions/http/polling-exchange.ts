import * as z from 'zod/mini';
import { handleFrames } from '../jobs/frames.ts';
import { type Incoming, receive, tryParseJson } from '../protocol/index.ts';
import { NAMESPACE } from '../shared/wire.ts';
import { findApp } from '../store/apps.ts';
import { startExchange } from '../store/polling-outbox.ts';
import { type PollingSession, pollingSession } from '../store/polling-sessions.ts';
import { type PollingRequest, refuse } from './polling-request.ts';

// Clients that do not upgrade, and go on with long-polling.

/** How long to wait for an upgrade before, in ms. */
const EXCHANGE_MS = 5000;

/** Whether to go on without an upgrade. The setting of the application decides, which the credentials name. */
export async function mayExchange({ auth }: PollingRequest, session: PollingSession, now: number): Promise<boolean> {
  if (now - session.opened < EXCHANGE_MS || session.probed !== undefined) return false;
  const app = appOf(session, auth);
  return app !== undefined && (await findApp(app))?.polling === 'full';
}

/** Goes on without an upgrade: handles what the client posted. */
export async function exchange(request: PollingRequest, now: number): Promise<PollingSession> {
  const started = await startExchange(request.session, now);
  if (!started) return refuse(request, now);
  await handlePackets(request, started.packets);
  return (await pollingSession(request.session, Date.now(), { consistent: true })) ?? started;
}

/** Handles packets of a client that does not upgrade like frames of a WebSocket connection. */
export async function handlePackets(request: PollingRequest, packets: readonly string[]): Promise<void> {
  if (packets.length === 0) return;
  const { session, auth, address, arrival } = request;
  const { connectionId, eio } = session;
  const authorizer = { eio: String(eio), outcome: 'anonymous', ...(address !== undefined && { address }) };
  const frames = packets.map((packet) => withCredentials(request, packet, auth));
  await handleFrames({ connectionId, authorizer, frames, arrival });
}

const Credentials = z.object({ app: z.string() });

/** The application that the credentials name: those in the URL, or else those of the join. Undefined without a join. */
function appOf({ eio, packets }: PollingSession, auth: string | undefined): string | undefined {
  const [join] = packets.map((packet) => receive(eio, packet)).filter(isJoin);
  if (!join) return undefined;
  const text = auth ?? join.query.auth;
  return Credentials.safeParse(text === undefined ? join.payload : tryParseJson(text)).data?.app;
}

/** Adds the credentials of the URL to a join, as if the client had sent them there. */
function withCredentials({ session: { eio } }: PollingRequest, packet: string, auth: string | undefined): string {
  if (auth === undefined || !isJoin(receive(eio, packet))) return packet;
  return eio === 3 ? `40${NAMESPACE}?auth=${encodeURIComponent(auth)}` : `40${NAMESPACE},${auth}`;
}

type Join = Extract<Incoming, { kind: 'connect' }>;

const isJoin = (incoming: Incoming): incoming is Join =>
  incoming.kind === 'connect' && incoming.namespace === NAMESPACE;
