import { createHmac } from 'node:crypto';
import * as z from 'zod/mini';
import { type Principal, PrincipalKind } from '../shared/principal.ts';
import { secretsEqual } from '../shared/sign.ts';
import type { App } from '../store/apps.ts';

const Claims = z.object({ kind: PrincipalKind, id: z.string(), until: z.number() });

/**
 * Whom a token stands for that was issued before tokens were JWTs: `<claims>.<signature>`, both base64url. None is
 * issued any more. 30 days after the last server that issues them is gone, this file can be deleted.
 */
export function readEarlierToken(app: App, token: string, now: number): Principal | undefined {
  const [claims = '', signature = '', ...more] = token.split('.');
  const expected = createHmac('sha256', app.masterKeyHash).update(`session ${app.id} ${claims}`).digest('base64url');
  if (more.length > 0 || !secretsEqual(signature, expected)) return undefined;
  const { kind, id, until } = Claims.parse(JSON.parse(Buffer.from(claims, 'base64url').toString()));
  return until > now ? { app: app.id, kind, id } : undefined;
}
