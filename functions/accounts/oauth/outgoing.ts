import { logger } from '../../observe/logger.ts';
import { ACCOUNT_ERROR, AccountError } from '../errors.ts';

const PATIENCE_MS = 3000;
const MAX_BYTES = 64 * 1024;

/** A provider that could not be asked: nobody's login is right or wrong by that. */
export class ProviderFailed extends AccountError {
  constructor(reason: string) {
    // Not the address: tokens stand in it.
    logger.error('A provider of logins could not be asked', { reason });
    super(ACCOUNT_ERROR.providerFailed, 'The provider of this login could not be asked; try again later');
  }
}

/**
 * Asks a provider: within three seconds, reading at most 64 KB, following nothing.
 * @returns its answer, whole, with a status below 500
 * @throws ProviderFailed
 */
export async function fetchProvider(url: string | URL, init: RequestInit = {}): Promise<Response> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(url, { ...init, redirect: 'error', signal });
    if (response.status >= 500) throw new Error(`it answered ${response.status}`);
    return new Response(await readAll(response), { status: response.status });
  } catch (error) {
    throw new ProviderFailed(error instanceof Error ? error.message : 'unknown');
  }
}

async function readAll({ body }: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop by an error ends the transfer, too.
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`it answered more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Asks for JSON. @throws ProviderFailed */
export async function fetchProviderJson(url: string | URL, init?: RequestInit): Promise<unknown> {
  const response = await fetchProvider(url, init);
  try {
    return await response.json();
  } catch {
    throw new ProviderFailed(`it answered ${response.status} with what is no JSON`);
  }
}
