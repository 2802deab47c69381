import * as z from 'zod/mini';
import { evaluate } from '../../iam/evaluate.ts';
import { readPolicy } from '../../iam/policy.ts';
import type { Json } from '../../shared/json.ts';
import { type Integrator, WEBSOCKET_TIMEOUT_MS } from '../integration.ts';
import type { Authorizer } from '../template.ts';
import {
  type AuthorizerContext,
  authorizerArn,
  authorizerEvent,
  type ConnectionFacts,
  type MultiValues,
  routeArn,
} from './events.ts';

export type Authorization = { allowed: true; context: AuthorizerContext } | { allowed: false; status: 401 | 403 | 500 };

const CONTEXT_LIMIT = 8 * 1024;

const responseSchema = z.object({
  principalId: z.string(),
  policyDocument: z.unknown(),
  context: z.optional(z.nullable(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])))),
});

/** Invokes a REQUEST authorizer and evaluates its policy as API Gateway does. */
export async function authorize(
  authorizer: Authorizer,
  facts: ConnectionFacts,
  headers: MultiValues,
  query: MultiValues,
  integrator: Integrator,
): Promise<Authorization> {
  if (authorizer.identitySource.some((source) => !present(source, headers, query)))
    return { allowed: false, status: 401 };
  const event = authorizerEvent(facts, headers, query);
  const sourceArn = authorizerArn(facts.api, authorizer.id);
  const started = Date.now();
  const result = await integrator.invoke(authorizer.fn, event, 'authorizer', sourceArn, WEBSOCKET_TIMEOUT_MS);
  if (!result.ok) {
    const unauthorized = result.reason === 'function' && result.errorMessage === 'Unauthorized';
    return { allowed: false, status: unauthorized ? 401 : 500 };
  }
  return judge(result.value, routeArn(facts.api, '$connect'), Date.now() - started);
}

function judge(response: Json, methodArn: string, latency: number): Authorization {
  const parsed = z.safeParse(responseSchema, response);
  if (!parsed.success) return { allowed: false, status: 500 };
  try {
    const statements = readPolicy(parsed.data.policyDocument, 'The authorizer');
    if (evaluate(statements, { action: 'execute-api:Invoke', resource: methodArn }) !== 'allowed') {
      return { allowed: false, status: 403 };
    }
  } catch {
    return { allowed: false, status: 500 };
  }
  const given = Object.entries(parsed.data.context ?? {}).map(([key, value]) => [key, String(value)]);
  const context: AuthorizerContext = Object.fromEntries(given);
  if (Buffer.byteLength(JSON.stringify(context)) > CONTEXT_LIMIT) return { allowed: false, status: 500 };
  return {
    allowed: true,
    context: { principalId: parsed.data.principalId, integrationLatency: latency, ...context },
  };
}

function present(source: string, headers: MultiValues, query: MultiValues): boolean {
  const [, , kind, ...rest] = source.split('.');
  const name = rest.join('.');
  if (kind === 'querystring') return Boolean(query.single[name]);
  return Object.entries(headers.single).some(
    ([key, value]) => key.toLowerCase() === name.toLowerCase() && value !== '',
  );
}
