import type { Reply } from '../shared/http.ts';
import type { EdgeRequest } from './message.ts';

/** Errors that CloudFront caches regardless of their headers. */
const CACHED = new Set([404, 405, 414, 500, 501, 502, 503, 504]);

/** The time in the cache, unless the distribution sets another. */
const DEFAULT_TTL_MS = 10_000;

/**
 * The errors of origins. CloudFront caches them even if the behavior disables caching. The cache key of such a behavior
 * contains neither query nor headers, so the error of one request can be served to others.
 * Source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
 */
export class ErrorCache {
  readonly #ttlMs: ReadonlyMap<number, number>;
  readonly #known = new Map<object, Map<string, { readonly reply: Reply; readonly until: number }>>();

  /** @param ttlMs the time in the cache, by status */
  constructor(ttlMs: ReadonlyMap<number, number>) {
    this.#ttlMs = ttlMs;
  }

  find(behavior: object, request: EdgeRequest, now: number): Reply | undefined {
    const found = this.#known.get(behavior)?.get(keyOf(request));
    if (!found || found.until <= now) return undefined;
    return { ...found.reply, headers: { ...found.reply.headers, 'x-cache': 'Error from cloudfront' } };
  }

  add(behavior: object, request: EdgeRequest, reply: Reply, now: number): void {
    const ttl = this.#ttlMs.get(reply.status) ?? DEFAULT_TTL_MS;
    if (!CACHED.has(reply.status) || ttl === 0 || !/^(GET|HEAD)$/.test(request.method)) return;
    const known = this.#known.get(behavior) ?? new Map();
    this.#known.set(behavior, known.set(keyOf(request), { reply, until: now + ttl }));
  }
}

const keyOf = ({ method, uri }: EdgeRequest) => `${method} ${uri}`;
