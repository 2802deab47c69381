import type { Decision } from '../iam/evaluate.ts';
import type { Role } from '../iam/roles.ts';
import type { LambdaFunction } from '../lambda/functions.ts';
import { assumedRole } from '../lambda/lambda.ts';
import type { Log } from '../shared/log.ts';

/** The user who runs the local cloud. Like an account administrator, they have all permissions. */
export const OPERATOR = { id: 'operator', accessKeyId: 'operator' } as const;

/** The caller of an AWS API. */
export type Caller = LambdaFunction | typeof OPERATOR;

/** The reason for a denial. Each service formats it for its protocol. */
export interface Denial {
  message: string;
}

/** Checks one action of the caller. `shown` is the resource in the service's error message. */
export type Authorize = (action: string, resource: string, shown?: string) => Denial | undefined;

/** The decision of a resource policy for a role. Only some services have resource policies. */
export type ResourcePolicy = (roleArn: string, action: string, resource: string) => Decision;

/** Within one account, either kind of policy can allow, and either can deny. */
export function authorizer(
  caller: LambdaFunction,
  roles: Map<string, Role>,
  log: Log,
  resourcePolicy: ResourcePolicy = () => 'implicit deny',
): Authorize {
  const role = roles.get(caller.roleArn);
  return (action, resource, shown = resource) => {
    const byIdentity = role?.decide(action, resource) ?? 'implicit deny';
    const byResource = resourcePolicy(caller.roleArn, action, resource);
    const denied = byIdentity === 'explicit deny' || byResource === 'explicit deny';
    if (!denied && (byIdentity === 'allowed' || byResource === 'allowed')) return undefined;
    const kind = byIdentity === 'explicit deny' ? 'an identity-based policy' : 'a resource-based policy';
    const reason = denied
      ? `with an explicit deny in ${kind}`
      : `because no identity-based policy allows the ${action} action`;
    const who = assumedRole(role?.name ?? 'no-such-role', caller);
    const message = `User: ${who} is not authorized to perform: ${action} on resource: ${shown} ${reason}`;
    log({ kind: 'denied', functionId: caller.id, action, resource, message });
    return { message };
  };
}
