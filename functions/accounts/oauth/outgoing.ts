import { logger } from '../../observe/logger.ts';
import { ACCOUNT_ERROR, AccountError } from '../errors.ts';

const TIMEOUT_MS = 3000;
const MAX_BYTES = 64 * 1024;

/** The request to a provider failed, so the login is neither confirmed nor rejected. */
export class ProviderFailed extends AccountError {
  constructor(reason: string) {
    // The URL contains tokens, so the log must not contain it.
    logger.error('Login provider request failed', { reason });
    super(ACCOUNT_ERROR.providerFailed, 'The request to the login provider failed; try again later');
  }
}

/**
 * Sends a request to a provider, with a timeout of 3 seconds, a response limit of 64 KB, and no redirects.
 * @returns the complete response, with a status below 500
 * @throws ProviderFailed
 */
export async function fetchProvider(url: string | URL, init: RequestInit = {}): Promise<Response> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { ...init, redirect: 'error', signal });
    if (response.status >= 500) throw new Error(`Provider returned status ${response.status}`);
    return new Response(await readAll(response), { status: response.status });
  } catch (error) {
    throw new ProviderFailed(error instanceof Error ? error.message : 'unknown');
  }
}

async function readAll({ body }: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // An error in the loop also cancels the transfer.
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`Response exceeded ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Sends a request and parses the JSON response. @throws ProviderFailed */
export async function fetchProviderJson(url: string | URL, init?: RequestInit): Promise<unknown> {
  const response = await fetchProvider(url, init);
  try {
    return await response.json();
  } catch {
    throw new ProviderFailed(`Response with status ${response.status} is not JSON`);
  }
}
