import { createHmac } from 'node:crypto';
import * as z from 'zod/mini';
import { type Principal, PrincipalKind } from '../shared/principal.ts';
import { secretsEqual } from '../shared/sign.ts';
import type { App } from '../store/apps.ts';

const Claims = z.object({ kind: PrincipalKind, id: z.string(), until: z.number() });

/**
 * Reads a token in the format before JWT: `<claims>.<signature>`, both base64url. Returns its holder and its end (epoch
 * ms). The server no longer issues such tokens, and they expire after 30 days. Delete this file 30 days after the last
 * server that issues them stops.
 */
export function readEarlierToken(
  app: App,
  token: string,
  now: number,
): { principal: Principal; until: number; generation?: undefined } | undefined {
  const [claims = '', signature = '', ...more] = token.split('.');
  const expected = createHmac('sha256', app.masterKeyHash).update(`session ${app.id} ${claims}`).digest('base64url');
  if (more.length > 0 || !secretsEqual(signature, expected)) return undefined;
  const { kind, id, until } = Claims.parse(JSON.parse(Buffer.from(claims, 'base64url').toString()));
  return until > now ? { principal: { app: app.id, kind, id }, until } : undefined;
}
