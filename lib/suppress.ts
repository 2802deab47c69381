import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Says why a rule of AwsSolutions (https://github.com/cdklabs/cdk-nag/blob/main/RULES.md) does not apply to a construct. */
export function suppress(construct: IConstruct, rule: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions-${rule}`, reason });
}

/** Says why policies within a construct may name resources with a wildcard. It is these resources alone, as they are written. */
export function suppressWildcards(construct: IConstruct, resources: readonly string[], reason: string): void {
  for (const resource of resources) {
    suppress(construct, `IAM5[Resource::${flat(Stack.of(construct).resolve(resource))}]`, reason);
  }
}

/** A resource as findings name it: `arn:<AWS::Partition>:sns:…`. */
function flat(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[intrinsic, argument] = []] = Object.entries(value);
  switch (intrinsic) {
    case 'Ref':
      return `<${argument}>`;
    case 'Fn::ImportValue':
      return String(argument);
    case 'Fn::Join':
      return argument[1].map(flat).join(argument[0]);
    default:
      throw new Error(`${intrinsic} in a resource with a wildcard`);
  }
}
