import { type AuditedAction, recordAction } from '../store/audit.ts';
import type { Request } from './route.ts';

/**
 * The `audit` of a route: records its use with the master key, before the action, so that no action goes unrecorded.
 * @param object what the action is about; undefined when the request needs no record
 */
export function audited<P, Q, B>(
  action: AuditedAction,
  object: (request: Request<P, Q, B>) => string | undefined,
): (request: Request<P, Q, B>) => Promise<void> {
  return async (request) => {
    const about = object(request);
    if (about === undefined) return;
    const { app, address, now: time } = request;
    await recordAction(app.id, { action, object: about, address, time });
  };
}
