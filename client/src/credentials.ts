import { ErrorCode, MacawError } from './errors.ts';
import type { Auth } from './generated/events.ts';

/** A token, or a function that gets one from your server. The client calls it again when a token was refused. */
export type Token = string | (() => string | Promise<string>);

/** The ways to log in. All but `token` need the client key of the application. */
export type Credentials =
  | { readonly token: Token }
  | { readonly userId: string }
  | { readonly username: string; readonly password: string }
  | { readonly phone: string; readonly code: string }
  | { readonly oauth: Record<string, Record<string, unknown>> }
  | { readonly visitor: Visitor };

/** A visitor who logs in: a new one, or the same again. */
export interface Visitor {
  /** An earlier visitor, in open mode. */
  readonly id?: string;
  /** The token of an earlier visitor. */
  readonly token?: string;
  readonly attributes?: Record<string, unknown>;
}

/** The application and the device of a client. */
export interface Identity {
  readonly app: string;
  readonly clientKey?: string | undefined;
  /** The installation that gets pushes for the user, and its device token. */
  readonly install?: string | undefined;
  readonly deviceToken?: string | undefined;
  /** Announces the presence of the user to everybody, if the application permits it. */
  readonly notifyAll?: boolean | undefined;
}

/** Who is logged in, and how they prove it: on the socket, and in REST requests. */
export class Authenticator {
  readonly #identity: Identity;
  #credentials: Credentials | undefined;
  #token: string | undefined;
  #visitor: string | undefined;
  /** Whether the current proof has not succeeded yet. Another one would not be better then. */
  #isFresh = true;

  constructor(identity: Identity) {
    this.#identity = identity;
  }

  get isVisitor(): boolean {
    return this.#credentials !== undefined && 'visitor' in this.#credentials;
  }

  get token(): string | undefined {
    return this.#token;
  }

  /** The id of the user, if the credentials contain it. */
  get expected(): string | undefined {
    const login = this.#credentials;
    return login && 'userId' in login ? login.userId : undefined;
  }

  use(credentials: Credentials | undefined): void {
    this.#credentials = credentials;
    this.#visitor = undefined;
    this.#token = credentials && 'visitor' in credentials ? credentials.visitor.token : undefined;
    this.#isFresh = true;
  }

  /** Remembers what a successful login returned. Later logins use its token. */
  accept(id: string, token: string | undefined): void {
    this.#token = token ?? this.#token;
    if (this.isVisitor) this.#visitor = id;
    this.#isFresh = false;
  }

  /** Drops a refused token. @returns whether another proof is worth a try */
  renew(): boolean {
    const login = this.#credentials;
    const hasOther =
      login !== undefined && !('visitor' in login) && !('token' in login && typeof login.token === 'string');
    if (this.#isFresh || this.#token === undefined || !hasOther) return false;
    this.#token = undefined;
    this.#isFresh = true;
    return true;
  }

  /** The credentials of a connection. */
  async auth(since: string | undefined): Promise<Auth> {
    const { app, install, deviceToken, notifyAll } = this.#identity;
    return {
      app,
      ...(await this.#proof()),
      ...(install !== undefined && { install }),
      ...(deviceToken !== undefined && { deviceToken }),
      ...(notifyAll && { notifyAll }),
      ...(since !== undefined && { since }),
    };
  }

  /** The headers of a REST request. */
  async headers(): Promise<Record<string, string>> {
    const { app, clientKey } = this.#identity;
    const token = await this.#currentToken();
    if (token !== undefined) return { 'X-ML-AppId': app, 'X-ML-Session-Token': token };
    if (clientKey === undefined) throw new MacawError(ErrorCode.notLoggedIn, 'Log in first, or pass a clientKey');
    return { 'X-ML-AppId': app, 'X-ML-APIKey': clientKey };
  }

  async #currentToken(): Promise<string | undefined> {
    const login = this.#credentials;
    if (login && 'token' in login) this.#token ??= typeof login.token === 'string' ? login.token : await login.token();
    return this.#token;
  }

  async #proof(): Promise<Partial<Auth>> {
    const login = this.#credentials;
    if (!login) throw new MacawError(ErrorCode.notLoggedIn, 'Pass a token to createClient, or call login');
    const sessionToken = await this.#currentToken();
    if (sessionToken !== undefined) return { sessionToken };
    const { clientKey } = this.#identity;
    if (clientKey === undefined)
      throw new MacawError(ErrorCode.notLoggedIn, 'This login needs the clientKey of the app');
    return { sign: await sign(clientKey), ...fieldsOf(login, this.#visitor) };
  }
}

function fieldsOf(login: Credentials, visitor: string | undefined): Partial<Auth> {
  if ('userId' in login) return { client: login.userId };
  if ('phone' in login) return { phone: login.phone, password: login.code };
  if ('visitor' in login) {
    const id = visitor ?? login.visitor.id;
    return { passenger: { ...login.visitor.attributes, ...(id !== undefined && { id }) } };
  }
  return 'token' in login ? {} : login;
}

/** Apps that log in with tokens never load MD5. */
async function sign(clientKey: string): Promise<string> {
  const { md5 } = await import('./md5.ts');
  const now = Date.now();
  return `${md5(`${now}${clientKey}`)},${now}`;
}
