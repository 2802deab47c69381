import * as z from 'zod/mini';
import { type Eio, type Incoming, receive, tryParseJson } from '../protocol/index.ts';
import { NAMESPACE } from '../shared/wire.ts';

const Credentials = z.object({ app: z.string() });

/** The application that the credentials of a client name: those in the URL, or else those of its join. */
export function appOf(eio: Eio, packets: readonly string[], auth: string | undefined): string | undefined {
  const joins = packets.map((packet) => receive(eio, packet)).filter(isJoin);
  // Without a join, there is nothing to do yet.
  if (joins.length === 0) return undefined;
  const given = [auth, ...joins.map(({ query }) => query.auth)].map((text) => tryParseJson(text ?? ''));
  for (const credentials of [...given, ...joins.map(({ payload }) => payload)]) {
    const { success, data } = Credentials.safeParse(credentials);
    if (success) return data.app;
  }
  return undefined;
}

/** Adds the credentials of the URL to a join, as if the client had sent them there. */
export function withCredentials(eio: Eio, packet: string, auth: string | undefined): string {
  if (auth === undefined || !isJoin(receive(eio, packet))) return packet;
  return eio === 3 ? `40${NAMESPACE}?auth=${encodeURIComponent(auth)}` : `40${NAMESPACE},${auth}`;
}

type Join = Extract<Incoming, { kind: 'connect' }>;

const isJoin = (incoming: Incoming): incoming is Join =>
  incoming.kind === 'connect' && incoming.namespace === NAMESPACE;
