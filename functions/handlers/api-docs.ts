import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import * as z from 'zod/mini';
import { SERVED_FILES, type ServedFile } from '../api-docs/files.ts';
import { observed } from '../observe/observed.ts';
import { ERROR } from '../shared/errors.ts';

const Event = z.object({ rawPath: z.string(), headers: z.record(z.string(), z.string()) });

interface Answer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** The page loads scripts and data from its own origin only. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the OpenAPI description of the REST endpoints, and the page that displays it. */
export const handler = observed(async (event: unknown): Promise<Answer> => {
  const { rawPath, headers } = Event.parse(event);
  const file = SERVED_FILES.get(rawPath.replace(/\/+$/, ''));
  if (!file) {
    const body = JSON.stringify({ errorCode: ERROR.notFound, errorMessage: `There is nothing at ${rawPath}` });
    return { statusCode: 404, headers: { 'content-type': 'application/json' }, body };
  }
  const { etag, compressed, plain } = read(file);
  const common = {
    etag,
    // Browsers revalidate at each request. A new deployment is visible at once, and an unchanged file is not sent
    // again.
    'cache-control': 'public, no-cache',
    vary: 'accept-encoding',
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  };
  if (headers['if-none-match'] === etag) return { statusCode: 304, headers: common };
  const type = { 'content-type': file.type };
  return /\bgzip\b/.test(headers['accept-encoding'] ?? '')
    ? {
        statusCode: 200,
        headers: { ...common, ...type, 'content-encoding': 'gzip' },
        body: compressed,
        isBase64Encoded: true,
      }
    : { statusCode: 200, headers: { ...common, ...type }, body: plain };
});

interface Content {
  readonly etag: string;
  /** Compressed with gzip, in base64. */
  readonly compressed: string;
  readonly plain: string;
}

const cache = new Map<string, Content>();

function read({ name }: ServedFile): Content {
  const cached = cache.get(name);
  if (cached) return cached;
  const bytes = readFileSync(new URL(name, import.meta.url));
  const content = {
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 16)}"`,
    compressed: gzipSync(bytes).toString('base64'),
    plain: bytes.toString(),
  };
  cache.set(name, content);
  return content;
}
