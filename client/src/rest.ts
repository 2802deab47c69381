import { asMacawError, ErrorCode, MacawError } from './errors.ts';
import type { Routes } from './generated/routes.ts';

/** Typed REST requests: `call('GET /ctx/:id/friends', { params: { id: 'tom' } })`. */

export type Route = keyof Routes;

/** What a route takes. Parts that it does not have are left out. */
export type Input<R extends Route> = Part<R, 'params'> & Part<R, 'query'> & Part<R, 'body'>;

type Part<R extends Route, P extends 'params' | 'query' | 'body'> = Routes[R][P] extends undefined
  ? { readonly [K in P]?: undefined }
  : Record<never, never> extends Routes[R][P]
    ? { readonly [K in P]?: Routes[R][P] }
    : { readonly [K in P]: Routes[R][P] };

/** What a route returns. Lists contain objects with `detail`, else ids. */
export type Result<R extends Route, I> = Routes[R]['query'] extends { detail?: boolean }
  ? I extends { readonly query: { readonly detail: true } }
    ? Exclude<Routes[R]['response'], string[]>
    : Extract<Routes[R]['response'], string[]>
  : Routes[R]['response'];

/** Makes any REST request, with the types of its route. */
export type Call = <R extends Route, const I extends Input<R>>(route: R, input: I) => Promise<Result<R, I>>;

export interface CallOptions {
  readonly url: string;
  readonly headers: () => Promise<Record<string, string>>;
  /** Drops a refused token. @returns whether another attempt is worth it */
  readonly renew?: (() => boolean) | undefined;
  /** @default the global `fetch` */
  readonly fetch?: typeof fetch | undefined;
}

/** Pauses before a GET is repeated after a temporary failure. */
const PAUSES_MS = [300, 1500];

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export function createCall({ url, headers, renew, fetch: send = fetch }: CallOptions): Call {
  async function once<R extends Route, I extends Input<R>>(route: R, input: I): Promise<Result<R, I>> {
    const [method = '', template = ''] = route.split(' ', 2);
    const path = template.replace(/:(\w+)/g, (_, name) => encodeURIComponent(text(input.params, name)));
    const response = await send(url + path + search(input.query), {
      method,
      headers: { ...(await headers()), ...(input.body !== undefined && { 'Content-Type': 'application/json' }) },
      ...(input.body !== undefined && { body: JSON.stringify(input.body) }),
    });
    const answer = await response.text();
    if (!response.ok) throw failure(answer, response.status);
    // The schemas of the server define the type, so the client does not check it again.
    return JSON.parse(answer || 'null') ?? undefined;
  }

  return async (route, input) => {
    const pauses = route.startsWith('GET ') ? [...PAUSES_MS] : [];
    for (;;) {
      try {
        return await once(route, input);
      } catch (thrown) {
        const error = asMacawError(thrown);
        const wait = error.temporary || error.code === ErrorCode.network ? pauses.shift() : undefined;
        if (wait !== undefined) await pause(wait);
        else if (error.status !== 401 || !renew?.()) throw error;
      }
    }
  };
}

const text = (values: unknown, name: string) => String(Object(values)[name]);

function search(query: object | undefined): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) && name !== 'ids' ? value : [value]) {
      if (one !== undefined) parameters.append(name, String(one));
    }
  }
  const encoded = parameters.toString();
  return encoded && `?${encoded}`;
}

function failure(answer: string, status: number): MacawError {
  const { errorCode, errorMessage, code = errorCode, error = errorMessage } = Object(tryParse(answer));
  const message = typeof error === 'string' ? error : `HTTP status ${status}: ${answer.slice(0, 200)}`;
  return new MacawError(typeof code === 'number' ? code : ErrorCode.network, message, status);
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
