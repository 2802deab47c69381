import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ENV } from '../functions/shared/constants.ts';
import type { MacawFunction } from './macaw-function.ts';
import { suppressWildcards } from './suppress.ts';

type Action =
  | 'SetPlatformApplicationAttributes'
  | 'GetPlatformApplicationAttributes'
  | 'CreatePlatformEndpoint'
  | 'GetEndpointAttributes'
  | 'SetEndpointAttributes'
  | 'DeleteEndpoint'
  | 'Publish';

/**
 * The SNS platform applications that send push notifications. CloudFormation has no type for them. They are created
 * when credentials are uploaded. A name prefix identifies those of this stage.
 */
export class PlatformApplications {
  private readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  /** Grants a function these actions on the platform applications and their endpoints. */
  allow(fn: MacawFunction, ...actions: Action[]): void {
    const stack = Stack.of(fn);
    const resources = [`app/*/${this.prefix}-*`, `endpoint/*/${this.prefix}-*`].map((resource) =>
      stack.formatArn({ service: 'sns', resource }),
    );
    fn.addToRolePolicy(new PolicyStatement({ actions: actions.map((action) => `sns:${action}`), resources }));
    suppressWildcards(
      fn.role,
      resources,
      'They are created at run time. The prefix of the name restricts access to this stage.',
    );
  }

  /** Grants a function creating them, and sets their name prefix. AWS authorizes this on `app/`, without a platform or name. */
  allowCreate(fn: MacawFunction): void {
    this.name(fn);
    const resource = Stack.of(fn).formatArn({ service: 'sns', resource: 'app/' });
    fn.addToRolePolicy(new PolicyStatement({ actions: ['sns:CreatePlatformApplication'], resources: [resource] }));
  }

  /** Grants a function listing them, and sets their name prefix. */
  allowList(fn: MacawFunction): void {
    this.name(fn);
    const everything = Stack.of(fn).formatArn({ service: 'sns', resource: '*' });
    fn.addToRolePolicy(new PolicyStatement({ actions: ['sns:ListPlatformApplications'], resources: [everything] }));
    suppressWildcards(
      fn.role,
      [everything],
      'ListPlatformApplications does not support resource-level permissions. Only the names are read.',
    );
  }

  /** Sets the name prefix for a function. */
  name(fn: MacawFunction): void {
    fn.addEnvironment(ENV.platformPrefix, this.prefix);
  }
}
