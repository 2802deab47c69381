import * as z from 'zod/mini';
import type { Eio } from '../protocol/index.ts';
import { ERROR, type ErrorCode } from '../shared/errors.ts';
import { type Principal, PrincipalKind } from '../shared/principal.ts';
import { booleanText, LoginOptions } from './auth-payload.ts';

/**
 * The result of the authorizer for a connection. API Gateway adds it to every later event of the connection. A frame
 * therefore needs no read to identify its sender.
 *
 * - `known`: The credentials in the URL are valid.
 * - `refused`: The credentials are invalid. The connection is accepted, so that the server can send an error when the
 *   client joins.
 * - `anonymous`: The URL has no credentials. The CONNECT packet can contain them.
 */
export type Authorization = {
  readonly eio: Eio;
  /** The session that started with long-polling and is to continue on the connection. */
  readonly sid?: string | undefined;
} & (
  | { readonly outcome: 'known'; readonly principal: Principal; readonly options: LoginOptions }
  | { readonly outcome: 'refused'; readonly code: ErrorCode; readonly message: string }
  | {
      readonly outcome: 'anonymous';
      /** The network address of the client. */
      readonly address?: string | undefined;
    }
);

/** The principal of a connection whose URL has valid credentials. */
export const knownPrincipal = (authorization: Authorization): Principal | undefined =>
  authorization.outcome === 'known' ? authorization.principal : undefined;

const json = z.pipe(
  z.string(),
  z.transform((text): unknown => JSON.parse(text)),
);

const number = z.pipe(z.string(), z.transform(Number));
const errorCode = z.pipe(number, z.enum(ERROR));

const Context = z.object({
  eio: z.enum(['3', '4']),
  sid: z.optional(z.string()),
  outcome: z.enum(['known', 'refused', 'anonymous']),
  app: z._default(z.string(), ''),
  kind: z._default(PrincipalKind, 'user'),
  id: z._default(z.string(), ''),
  code: z._default(errorCode, ERROR.notAuthorised),
  message: z._default(z.string(), ''),
  install: z.optional(z.string()),
  installProof: z.optional(z.string()),
  notifyAll: z.optional(booleanText),
  since: z.optional(z.string()),
  session: z.optional(z.string()),
  tokenUntil: z.optional(number),
  generation: z.optional(number),
  address: z.optional(z.string()),
  attributes: z.optional(z.pipe(json, z.record(z.string(), z.unknown()))),
});

/** API Gateway allows 8 KB in total, and uses some of it for its own values. */
const CONTEXT_BYTES = 8000;

/** Error messages can quote client input, so their length is limited. */
const MESSAGE_CHARACTERS = 500;

/**
 * Encodes an authorization as authorizer context, a flat record of strings. A context that is too large becomes a
 * refusal, because a client cannot read the reason of a failed upgrade.
 */
export function toAuthorizerContext(authorization: Authorization): Record<string, string> {
  const context = encode(authorization);
  const bytes = Buffer.byteLength(JSON.stringify(context));
  if (bytes <= CONTEXT_BYTES) return context;
  const message = `auth: the encoded value has ${bytes} bytes; at most ${CONTEXT_BYTES} are allowed in the URL. Send larger attributes in the CONNECT payload or by REST`;
  const { eio, sid } = authorization;
  return encode({ eio, sid, outcome: 'refused', code: ERROR.tooLong, message });
}

function encode(authorization: Authorization): Record<string, string> {
  const { eio, sid, outcome } = authorization;
  const context = { eio: String(eio), outcome, ...(sid !== undefined && { sid }) };
  switch (authorization.outcome) {
    case 'known':
      return { ...context, ...authorization.principal, ...optionsContext(authorization.options) };
    case 'refused':
      return {
        ...context,
        code: String(authorization.code),
        message: authorization.message.slice(0, MESSAGE_CHARACTERS),
      };
    case 'anonymous':
      return { ...context, ...(authorization.address !== undefined && { address: authorization.address }) };
  }
}

const optionsContext = ({
  install,
  installProof,
  notifyAll,
  since,
  session,
  tokenUntil,
  generation,
  attributes,
}: LoginOptions) => ({
  ...(install !== undefined && { install }),
  ...(installProof !== undefined && { installProof }),
  ...(notifyAll !== undefined && { notifyAll: String(notifyAll) }),
  ...(since !== undefined && { since }),
  ...(session !== undefined && { session }),
  ...(tokenUntil !== undefined && { tokenUntil: String(tokenUntil) }),
  ...(generation !== undefined && { generation: String(generation) }),
  ...(attributes !== undefined && { attributes: JSON.stringify(attributes) }),
});

/** Parses `requestContext.authorizer` into an authorization. */
export const AuthorizerContext = z.pipe(
  Context,
  z.transform((context): Authorization => {
    const eio = context.eio === '3' ? 3 : 4;
    const { sid, outcome, app, kind, id, code, message, address, ...options } = context;
    switch (outcome) {
      case 'known':
        return { eio, sid, outcome, principal: { app, kind, id }, options: LoginOptions.parse(options) };
      case 'refused':
        return { eio, sid, outcome, code, message };
      case 'anonymous':
        return { eio, sid, outcome, address };
    }
  }),
);
