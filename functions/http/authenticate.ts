import { holdsClientKey } from '../auth/client-key.ts';
import { type Bearer, readBearer } from '../auth/token.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import { hashKey, secretsEqual } from '../shared/sign.ts';
import { type App, findApp } from '../store/apps.ts';

/** The sender of a request, identified by a key or token. */
export type Caller = { readonly app: App } & (
  | { readonly holds: 'master key' | 'client key' }
  | {
      readonly holds: 'token';
      readonly principal: Principal;
      readonly session: Bearer;
      /** Whether the request has no client key. */
      readonly alone: boolean;
    }
);

/**
 * Authenticates the sender of a request. `X-ML-AppId` names the application. The proof is the master key
 * (`X-ML-MasterKey`), a session token (`X-ML-Session-Token`), the client key (`X-ML-APIKey`), or a signature made with
 * the client key (`X-ML-Request-Sign`).
 * @param now epoch ms
 * @throws ChatError 5003
 */
export async function authenticateRequest(header: (name: string) => string | undefined, now: number): Promise<Caller> {
  const id = header('x-ml-appid');
  const key = header('x-ml-apikey');
  const sign = header('x-ml-request-sign');
  const master = header('x-ml-masterkey');
  const token = header('x-ml-session-token');
  if (!id) throw new ChatError(ERROR.notAuthorised, 'The header X-ML-AppId is missing');
  if (!key && !sign && !master && !token) {
    const headers = 'X-ML-APIKey, X-ML-Request-Sign, X-ML-Session-Token, X-ML-MasterKey';
    throw new ChatError(
      ERROR.notAuthorised,
      `The request has no key, token or signature: send one of the headers ${headers}`,
    );
  }
  const app = await findApp(id);
  if (app) {
    if (master && secretsEqual(hashKey(master), app.masterKeyHash)) return { app, holds: 'master key' };
    const keyed = holdsClientKey(app, { key, sign }, now);
    const session = token && (await readBearer(app, token, now));
    if (session) return { app, holds: 'token', principal: session.principal, session, alone: !keyed };
    if (keyed) return { app, holds: 'client key' };
  }
  throw new ChatError(ERROR.notAuthorised, 'X-ML-AppId, or the key, token or signature of the request, is wrong');
}
