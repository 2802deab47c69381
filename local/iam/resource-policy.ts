import * as z from 'zod/mini';
import { asList } from '../shared/json.ts';
import { ACCOUNT, PARTITION } from '../template/names.ts';
import { strict } from '../template/schema.ts';
import { type AccessRequest, type Decision, evaluate } from './evaluate.ts';
import { readPolicy, type Statement } from './policy.ts';

/** The principal of a request: a role of this account, an AWS service, or an anonymous caller. */
export type Principal = { role: string } | { service: string } | 'anonymous';

/** A statement of a resource policy, with its principal. */
export interface ResourceStatement {
  statement: Statement;
  appliesTo(principal: Principal): boolean;
}

const strings = z.union([z.string(), z.array(z.string())]);
const documentSchema = z.object({
  Statement: z.union([z.array(z.looseObject({})), z.looseObject({})]),
});
const principalSchema = z.object({
  Effect: z.string(),
  Principal: z.union([z.literal('*'), strict({ AWS: z.optional(strings), Service: z.optional(strings) })]),
});

const ROOT = `arn:${PARTITION}:iam::${ACCOUNT}:root`;

/** Like {@link readPolicy}: rejects unsupported elements. */
export function readResourcePolicy(document: unknown, where: string): ResourceStatement[] {
  const parsed = z.safeParse(documentSchema, document);
  if (!parsed.success) throw new Error(`${where}: not a policy document: ${z.prettifyError(parsed.error)}`);
  return asList(parsed.data.Statement).flatMap((source) => {
    const about = z.safeParse(principalSchema, source);
    if (!about.success) {
      throw new Error(`${where}: the local cloud does not implement this principal: ${z.prettifyError(about.error)}`);
    }
    const { Effect, Principal } = about.data;
    const aws = Principal === '*' ? ['*'] : asList(Principal.AWS);
    const services = Principal === '*' ? [] : asList(Principal.Service);
    const appliesTo = (principal: Principal): boolean => {
      if (aws.includes('*')) return true;
      if (principal === 'anonymous') return false;
      if ('service' in principal) return services.includes(principal.service);
      // A principal that names the account allows nothing by itself. It delegates the decision to identity policies.
      const account = Effect === 'Deny' && (aws.includes(ROOT) || aws.includes(ACCOUNT));
      return account || aws.includes(principal.role);
    };
    return readPolicy({ Statement: source }, where).map((statement) => ({ statement, appliesTo }));
  });
}

export function decideByResource(
  statements: readonly ResourceStatement[],
  principal: Principal,
  request: AccessRequest,
): Decision {
  const applicable = statements.filter(({ appliesTo }) => appliesTo(principal)).map(({ statement }) => statement);
  return evaluate(applicable, request);
}
