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
 * The platform applications of SNS by which pushes go to telephones. CloudFormation has no type for them: they are made
 * when credentials are uploaded, and told from others by a prefix of their names.
 */
export class PlatformApplications {
  private readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  /** Lets a function do just that with them and the endpoints in them. */
  allow(fn: MacawFunction, ...actions: Action[]): void {
    const stack = Stack.of(fn);
    const resources = [`app/*/${this.prefix}-*`, `endpoint/*/${this.prefix}-*`].map((resource) =>
      stack.formatArn({ service: 'sns', resource }),
    );
    fn.addToRolePolicy(new PolicyStatement({ actions: actions.map((action) => `sns:${action}`), resources }));
    suppressWildcards(
      fn.role,
      resources,
      'They are made after the deployment, and known by the prefix of their names.',
    );
  }

  /** Lets a function create one. AWS authorizes that on `app/`, whatever the platform and the name. */
  allowCreate(fn: MacawFunction): void {
    this.name(fn);
    const resource = Stack.of(fn).formatArn({ service: 'sns', resource: 'app/' });
    fn.addToRolePolicy(new PolicyStatement({ actions: ['sns:CreatePlatformApplication'], resources: [resource] }));
  }

  /** Lets a function find all of them, and tells it their prefix. */
  allowList(fn: MacawFunction): void {
    this.name(fn);
    const everything = Stack.of(fn).formatArn({ service: 'sns', resource: '*' });
    fn.addToRolePolicy(new PolicyStatement({ actions: ['sns:ListPlatformApplications'], resources: [everything] }));
    suppressWildcards(fn.role, [everything], 'SNS lists all of an account or nothing; the names are all that is read.');
  }

  /** Tells a function how to name them. */
  name(fn: MacawFunction): void {
    fn.addEnvironment(ENV.platformPrefix, this.prefix);
  }
}
