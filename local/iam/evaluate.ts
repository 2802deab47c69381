import { type Context, conditionsHold } from './conditions.ts';
import { matchesAction, matchesArn } from './patterns.ts';
import type { Statement } from './policy.ts';

export type Decision = 'allowed' | 'implicit deny' | 'explicit deny';

export interface AccessRequest {
  action: string;
  resource: string;
  context?: Context;
}

/** The IAM rule for identity-based policies: an explicit Deny wins. Otherwise one Allow is required. */
export function evaluate(statements: readonly Statement[], request: AccessRequest): Decision {
  let decision: Decision = 'implicit deny';
  for (const statement of statements) {
    if (!applies(statement, request)) continue;
    if (statement.effect === 'Deny') return 'explicit deny';
    decision = 'allowed';
  }
  return decision;
}

function applies({ actions, resources, conditions }: Statement, { action, resource, context }: AccessRequest): boolean {
  return (
    actions.patterns.some((pattern) => matchesAction(pattern, action)) === actions.match &&
    resources.patterns.some((pattern) => matchesArn(pattern, resource)) === resources.match &&
    conditionsHold(conditions, context ?? {})
  );
}
