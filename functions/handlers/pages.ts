import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as z from 'zod/mini';
import { observed } from '../observe/observed.ts';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ERROR } from '../shared/errors.ts';

const Event = z.object({ rawPath: z.string(), headers: z.record(z.string(), z.string()) });

/** The served files by path. lib/pages.ts writes it next to the bundle. */
const Manifest = z.record(
  z.string(),
  z.object({ name: z.string(), type: z.string(), policy: z.string(), immutable: z.boolean() }),
);
type ServedFile = z.output<typeof Manifest>[string];

interface Answer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

const read = (name: string) => readFileSync(join(__dirname, name));
const files = new Map(Object.entries(Manifest.parse(JSON.parse(read('pages.json').toString()))));
const uploads = requireEnv(ENV.uploadsUrl);

/** Serves the files of the web pages. All other paths return 404. */
export const handler = observed(async (event: unknown): Promise<Answer> => {
  const { rawPath, headers } = Event.parse(event);
  const file = files.get(rawPath.replace(/\/+$/, ''));
  if (!file) {
    const body = JSON.stringify({ errorCode: ERROR.notFound, errorMessage: `There is nothing at ${rawPath}` });
    return { statusCode: 404, headers: { 'content-type': 'application/json' }, body };
  }
  const { etag, compressed, plain } = contentOf(file);
  const common = {
    etag,
    // The name of an immutable file contains its hash. For others, browsers revalidate at each request: a new deployment
    // is visible at once, and an unchanged file is not sent again.
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'public, no-cache',
    vary: 'accept-encoding',
    'content-security-policy': file.policy.replace(`{${ENV.uploadsUrl}}`, uploads),
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

function contentOf({ name }: ServedFile): Content {
  const cached = cache.get(name);
  if (cached) return cached;
  const bytes = read(name);
  const content = {
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 16)}"`,
    compressed: gzipSync(bytes).toString('base64'),
    plain: bytes.toString(),
  };
  cache.set(name, content);
  return content;
}
