import * as z from 'zod/mini';
import { asList } from '../shared/json.ts';
import { type Model, type Resource, readProperties } from '../template/model.ts';
import { ACCOUNT, PARTITION, REGION } from '../template/names.ts';
import { type Decision, evaluate } from './evaluate.ts';
import { type Grant, grantsOf, grantsUsed } from './grants.ts';
import { AWS_MANAGED_POLICIES } from './managed.ts';
import { readPolicy, type Statement } from './policy.ts';

/** A role of the template with all its policies. */
export interface Role {
  name: string;
  arn: string;
  /** AROA… */
  id: string;
  decide(action: string, resource: string): Decision;
  grants(): Grant[];
}

const document = z.unknown();
const roleSchema = z.object({
  Policies: z.optional(z.array(z.object({ PolicyName: z.string(), PolicyDocument: document }))),
  ManagedPolicyArns: z.optional(z.array(z.string())),
  PermissionsBoundary: z.optional(z.string()),
});
const policySchema = z.object({ PolicyDocument: document, Roles: z.optional(z.array(z.string())) });

/**
 * The roles by ARN. Policies are read at a role's first use, because they can refer to custom resources.
 * @param used called for each grant that a decision uses
 */
export function loadRoles(model: Model, used: (grant: Grant) => void = () => {}): Map<string, Role> {
  const roles = new Map<string, Role>();
  for (const resource of model.ofType('AWS::IAM::Role')) {
    const name = resource.identity().ref;
    const arn = String(resource.identity().attributes.Arn);
    let loaded: Statement[] | undefined;
    const statements = () => {
      loaded ??= collectStatements(model, resource, name);
      return loaded;
    };
    const grants = () => grantsOf(`${resource.stack}/${resource.logicalId}`, statements());
    const decisions = new Map<string, Decision>();
    const context = {
      'aws:securetransport': 'true',
      'aws:requestedregion': REGION,
      'aws:principalarn': arn,
      'aws:principalaccount': ACCOUNT,
      'aws:resourceaccount': ACCOUNT,
    };
    roles.set(arn, {
      name,
      arn,
      id: String(resource.identity().attributes.RoleId),
      decide(action, resourceArn) {
        const key = `${action} ${resourceArn}`;
        const known = decisions.get(key);
        if (known) return known;
        const request = { action, resource: resourceArn };
        const decision = evaluate(statements(), { ...request, context });
        if (decision === 'allowed') grantsUsed(grants(), request).forEach(used);
        // Connection ids make the number of resources unbounded, so the cache has a limit.
        if (decisions.size < 10_000) decisions.set(key, decision);
        return decision;
      },
      grants,
    });
  }
  return roles;
}

function collectStatements(model: Model, role: Resource, name: string): Statement[] {
  const own = readProperties(role, roleSchema);
  if (own.PermissionsBoundary)
    throw new Error(`${role.where}: the local cloud does not implement permissions boundaries`);
  const managed = model.ofType('AWS::IAM::ManagedPolicy');
  return [
    ...asList(own.Policies).flatMap((policy) =>
      readPolicy(policy.PolicyDocument, `${role.where}, ${policy.PolicyName}`),
    ),
    ...asList(own.ManagedPolicyArns).flatMap((policyArn) => {
      const declared = managed.find((policy) => policy.identity().ref === policyArn);
      if (declared) return readPolicy(readProperties(declared, policySchema).PolicyDocument, declared.where);
      const known = AWS_MANAGED_POLICIES[policyArn.replace(`arn:${PARTITION}:iam::aws:policy/`, '')];
      if (!known) throw new Error(`${role.where}: the local cloud does not know the managed policy ${policyArn}`);
      return readPolicy(known, policyArn);
    }),
    ...[...model.ofType('AWS::IAM::Policy'), ...managed].flatMap((policy) => {
      const { Roles, PolicyDocument } = readProperties(policy, policySchema);
      return asList(Roles).includes(name) ? readPolicy(PolicyDocument, policy.where) : [];
    }),
  ];
}
