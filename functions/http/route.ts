import type * as z from 'zod/mini';
import type { Principal } from '../shared/principal.ts';
import type { App } from '../store/apps.ts';

/** What a route's handler gets: everything parsed, and the application whose key came with the request. */
export interface Request<P, Q, B> {
  readonly app: App;
  /** Who asks, when they are logged in: not known of a request that came with one of the application's keys. */
  readonly principal: Principal | undefined;
  /** The token that proves it. */
  readonly token: string | undefined;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** When the request reached the gateway, epoch ms. */
  readonly now: number;
}

/** One row of the REST table: the schemas validate the request, and describe it. */
export interface Route<P = unknown, Q = unknown, B = unknown, A = unknown> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** In Hono's syntax: `/ctx/:id`. */
  readonly path: string;
  readonly summary: string;
  readonly params: z.ZodMiniType<P>;
  readonly query?: z.ZodMiniType<Q>;
  readonly body?: z.ZodMiniType<B>;
  /** For what browsers and old clients post as a form, in place of the body. */
  readonly form?: {
    /** The field that holds the file, and what old clients call it. */
    readonly field: string;
    readonly oldField?: string;
    readonly handle: (request: Request<P, Q, File>) => Promise<NoInfer<A>>;
  };
  /** The status of success; 204 answers without a body. */
  readonly status: 200 | 201 | 202 | 204;
  /** What is answered then. */
  readonly response?: z.ZodMiniType<A>;
  /** Whether the client key alone is not enough. @default in strict mode only */
  readonly strict?: 'always' | 'never';
  /** Who may ask when it is not, besides the master key. */
  readonly access: (caller: Principal, request: Request<P, Q, B>) => boolean | Promise<boolean>;
  readonly handle: (request: Request<P, Q, B>) => Promise<NoInfer<A>>;
}

/** Routes that belong together. */
export interface Section {
  readonly name: string;
  readonly description: string;
  readonly routes: readonly Route[];
}

/** Gives a route its types from its schemas, and hides them behind the common one. */
export function route<P, Q = undefined, B = undefined, A = unknown>(definition: Route<P, Q, B, A>): Route {
  // A route is only ever handed what its own schemas have parsed.
  return definition as Route;
}

/** A row to read something, twice: the JavaScript client 4.x loads by an empty POST what others GET. */
export function loaded<P, A>(definition: Omit<Route<P, undefined, undefined, A>, 'method'>): Route[] {
  const summary = `${definition.summary}, as the JavaScript client loads it`;
  return [route({ ...definition, method: 'GET' }), route({ ...definition, method: 'POST', summary })];
}
