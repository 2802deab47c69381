import * as z from 'zod/mini';
import type { Eio } from '../protocol/index.ts';
import type { Principal, User } from '../shared/principal.ts';
import type { Visit } from './auth-payload.ts';

/**
 * What the authorizer found out about a connection. API Gateway hands it to every later invocation for that
 * connection, so that no frame costs a read to learn who sent it.
 *
 * - `known`: the URL's credentials are right
 * - `refused`: they are wrong; the connection is let in to be told so, because old clients understand nothing else
 * - `anonymous`: there were none; they may come with the packet that joins the namespace
 *
 * Who recovers is confirmed only when he asks to join, because he brings along then what he recovers from.
 */
export type Handshake = { readonly eio: Eio } & (
  | { readonly outcome: 'known'; readonly principal: Principal; readonly recovers: false }
  | { readonly outcome: 'known'; readonly principal: User; readonly recovers: true; readonly visit: Visit }
  | { readonly outcome: 'refused'; readonly code: number; readonly message: string }
  | { readonly outcome: 'anonymous'; readonly recovers: boolean }
);

const flag = z.pipe(
  z.enum(['true', 'false']),
  z.transform((text) => text === 'true'),
);

const Context = z.object({
  eio: z.enum(['3', '4']),
  outcome: z.enum(['known', 'refused', 'anonymous']),
  app: z._default(z.string(), ''),
  kind: z._default(z.enum(['user', 'passenger']), 'user'),
  id: z._default(z.string(), ''),
  code: z._default(z.string(), ''),
  message: z._default(z.string(), ''),
  recovers: z._default(flag, false),
  install: z.optional(z.string()),
  notifyAll: z.optional(flag),
});

/** A handshake as authorizer context: a flat record of strings, as API Gateway wants it. */
export function toContext(handshake: Handshake): Record<string, string> {
  const context = { eio: String(handshake.eio), outcome: handshake.outcome };
  switch (handshake.outcome) {
    case 'known':
      return {
        ...context,
        ...handshake.principal,
        ...(handshake.recovers && { recovers: 'true', ...visitContext(handshake.visit) }),
      };
    case 'refused':
      return { ...context, code: String(handshake.code), message: handshake.message };
    default:
      return { ...context, recovers: String(handshake.recovers) };
  }
}

/** Users bring no attributes, which could be too long for a context (8 KB). */
const visitContext = ({ install, notifyAll }: Visit) => ({
  ...(install !== undefined && { install }),
  ...(notifyAll !== undefined && { notifyAll: String(notifyAll) }),
});

/** The schema of `requestContext.authorizer`, read back into a handshake. */
export const HandshakeContext = z.pipe(
  Context,
  z.transform((context): Handshake => {
    const eio = context.eio === '3' ? 3 : 4;
    const { outcome, app, kind, id, code, message, recovers, install, notifyAll } = context;
    switch (outcome) {
      case 'known':
        return kind === 'user' && recovers
          ? { eio, outcome, principal: { app, kind, id }, recovers, visit: { install, notifyAll } }
          : { eio, outcome, principal: { app, kind, id }, recovers: false };
      case 'refused':
        return { eio, outcome, code: Number(code), message };
      default:
        return { eio, outcome, recovers };
    }
  }),
);
