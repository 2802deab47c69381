import type * as z from 'zod/mini';
import type { Bearer } from '../auth/token.ts';
import type { Principal } from '../shared/principal.ts';
import type { App } from '../store/apps.ts';

/** The parsed input of a route handler, and the application of the request. */
export interface Request<P, Q, B> {
  readonly app: App;
  /** The user or visitor of the session token. Undefined for requests with an application key only. */
  readonly principal: Principal | undefined;
  /** The principal whose rights limit the request. Undefined when a key gives access to all data. */
  readonly restrictedTo: Principal | undefined;
  /** Whether the request has the master key. */
  readonly isMaster: boolean;
  /** The session of the principal. */
  readonly session: Bearer | undefined;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** The network address of the client. */
  readonly address: string | undefined;
  /** Time of the request, epoch ms. */
  readonly now: number;
}

/** One REST route. The schemas validate the request and describe it in the documentation. */
export interface Route<P = unknown, Q = unknown, B = unknown, A = unknown> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Hono syntax: `/ctx/:id`. */
  readonly path: string;
  readonly summary: string;
  readonly params: z.ZodMiniType<P>;
  readonly query?: z.ZodMiniType<Q>;
  readonly body?: z.ZodMiniType<B>;
  /** Accepts a form in place of the body, for browsers and old clients. */
  readonly form?: {
    /** The field with the file, and its name in old clients. */
    readonly field: string;
    readonly oldField?: string;
    readonly handle: (request: Request<P, Q, File>) => Promise<NoInfer<A>>;
  };
  /** Status of a successful response. A response with 204 has no body. */
  readonly status: 200 | 201 | 202 | 204;
  /** Schema of a successful response. */
  readonly response?: z.ZodMiniType<A>;
  /** When the client key alone gives no access. @default in strict mode only */
  readonly strict?: 'always' | 'never';
  /** Who has access in that case, in addition to the master key. */
  readonly access: (caller: Principal, request: Request<P, Q, B>) => boolean | Promise<boolean>;
  /** Called first for a request with the master key; see `audited`. */
  readonly audit?: (request: Request<P, Q, B>) => Promise<void>;
  readonly handle: (request: Request<P, Q, B>) => Promise<NoInfer<A>>;
}

/** A group of related routes. */
export interface Section {
  readonly name: string;
  readonly description: string;
  readonly routes: readonly Route[];
}

/** Infers the types of a route from its schemas, and returns the common route type. */
export function route<P, Q = undefined, B = undefined, A = unknown>(definition: Route<P, Q, B, A>): Route {
  // The server passes a route only input that its own schemas parsed.
  return definition as Route;
}

/** Two routes for one read: GET, and an empty POST for the JavaScript client 4.x. */
export function loaded<P, A>(definition: Omit<Route<P, undefined, undefined, A>, 'method'>): Route[] {
  const summary = `${definition.summary} (for the JavaScript client)`;
  return [route({ ...definition, method: 'GET' }), route({ ...definition, method: 'POST', summary })];
}
