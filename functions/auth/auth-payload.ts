import * as z from 'zod/mini';
import { deviceTokenHash } from '../mobile/device-token.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import { MESSAGE_ID } from '../shared/message-id.ts';
import { parse, parseJson } from '../shared/parse.ts';
import { idInput, parseId } from '../shared/principal.ts';

const text = z.string().check(z.minLength(1), z.maxLength(1024));

/** Tokens that an application signs with RSA can be longer than other credentials. */
const token = z.string().check(z.minLength(1), z.maxLength(4096));

/** A boolean, or its text form, because some clients send only text. */
export const booleanText = z.pipe(
  z.union([z.boolean(), z.enum(['true', 'false'])]),
  z.transform((value) => String(value) === 'true'),
);

/** The `auth` object that clients send. */
export const AuthInput = z.object({
  app: text,
  sign: z.optional(text),
  client: z.optional(idInput()),
  username: z.optional(text),
  phone: z.optional(text),
  password: z.optional(text),
  oauth: z.optional(z.record(text, z.record(z.string(), z.unknown()))),
  sessionToken: z.optional(token),
  passenger: z.optional(z.looseObject({ id: z.optional(idInput()) })),
  install: z.optional(idInput()),
  deviceToken: z.optional(token),
  notifyAll: z.optional(z.boolean()),
  since: z.optional(z.nullable(z.string().check(z.regex(MESSAGE_ID, 'expected a message id')))),
});

/** The login methods on the socket. Each method is one form of the `auth` object. */
export type LoginMethod =
  | { kind: 'client'; id: string }
  | { kind: 'account'; username: string; password: string }
  | { kind: 'phone'; phone: string; code: string }
  | { kind: 'oauth'; platforms: Record<string, Record<string, unknown>> }
  | { kind: 'session'; token: string }
  | { kind: 'visitor'; id: string | undefined; attributes: Record<string, unknown> };

export interface AuthPayload {
  readonly app: string;
  /** Always there, except in a login by token. */
  readonly sign: string | undefined;
  readonly login: LoginMethod;
  readonly install: string | undefined;
  readonly deviceToken: string | undefined;
  readonly notifyAll: boolean;
  readonly since: string | undefined;
}

/** The parts of a login that are not credentials. They contain no secret, so the server may store and forward them. */
export const LoginOptions = z.object({
  attributes: z.optional(z.record(z.string(), z.unknown())),
  install: z.optional(z.string()),
  /** The hash of the device token, which proves that the installation is that of the client. */
  installProof: z.optional(z.string()),
  notifyAll: z.optional(z.boolean()),
  /** The last message that the client has. It gets all later ones after the login. */
  since: z.optional(z.string()),
  /** Of a login by token: the hash by which its session is known, and the end of a signed token, epoch ms. */
  session: z.optional(z.string()),
  tokenUntil: z.optional(z.number()),
  /** Of a login to an account without a token: the generation of its sessions. */
  generation: z.optional(z.number()),
});
export type LoginOptions = z.output<typeof LoginOptions>;

/** What a login rests on. The server checks it again when the client joins. */
export type LoginProof = Pick<LoginOptions, 'session' | 'tokenUntil' | 'generation'>;

export function loginOptions(
  { login, install, deviceToken, notifyAll, since }: AuthPayload,
  proof: LoginProof,
): LoginOptions {
  return {
    install,
    notifyAll,
    since,
    ...proof,
    ...(install !== undefined && deviceToken !== undefined && { installProof: deviceTokenHash(deviceToken) }),
    ...(login.kind === 'visitor' && { attributes: login.attributes }),
  };
}

/**
 * Parses the `auth` object of a handshake, from JSON text (query) or from an object (CONNECT payload).
 * Source: the `auth` query parameter of the MaxIM clients.
 * @throws ChatError 5001 or 5010
 */
export function parseAuthPayload(input: unknown): AuthPayload {
  const auth = parse(AuthInput, typeof input === 'string' ? parseJson(input, 'auth') : input, 'auth');
  const login = parseLogin(auth);
  if (auth.sign === undefined && login.kind !== 'session') {
    throw new ChatError(ERROR.badParameter, 'auth.sign is missing; only a login by sessionToken alone needs none');
  }
  return {
    app: auth.app,
    sign: auth.sign,
    login,
    // Clients send an empty value until their app is registered for pushes.
    install: auth.install == null || auth.install === '' ? undefined : parseId(auth.install, 'auth.install'),
    deviceToken: auth.deviceToken,
    notifyAll: auth.notifyAll ?? false,
    since: auth.since ?? undefined,
  };
}

function parseLogin(auth: z.output<typeof AuthInput>): LoginMethod {
  const { client, username, phone, password, oauth, sessionToken, passenger } = auth;
  if (client !== undefined && client !== null) return { kind: 'client', id: parseId(client, 'auth.client') };
  if (username !== undefined && password !== undefined) return { kind: 'account', username, password };
  if (phone !== undefined && password !== undefined) return { kind: 'phone', phone, code: password };
  if (oauth !== undefined) return { kind: 'oauth', platforms: oauth };
  if (sessionToken !== undefined) return { kind: 'session', token: sessionToken };
  if (passenger !== undefined) {
    const { id, ...attributes } = passenger;
    return {
      kind: 'visitor',
      id: id === undefined || id === null ? undefined : parseId(id, 'auth.passenger.id'),
      attributes,
    };
  }
  throw new ChatError(
    ERROR.badParameter,
    'auth: expected one of: client; username and password; phone and password; oauth; sessionToken; passenger',
  );
}
