import { invokeAsync } from '../gateway/invoke.ts';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { HandshakeJob } from './handshake.ts';

const url = requireEnv(ENV.handshakeUrl);

/** Starts the handshake of a new connection. @throws when Lambda rejects the job */
export function enqueueHandshake(job: HandshakeJob): Promise<void> {
  return invokeAsync(url, job);
}
