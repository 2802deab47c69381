import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Suppresses an AwsSolutions rule (https://github.com/cdklabs/cdk-nag/blob/main/RULES.md) for a construct, with a reason. */
export function suppress(construct: IConstruct, rule: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions-${rule}`, reason });
}

/** Suppresses the wildcard rule for policies in a construct. It covers only these resources, as written. */
export function suppressWildcards(construct: IConstruct, resources: readonly string[], reason: string): void {
  for (const resource of resources) {
    suppress(construct, `IAM5[Resource::${flat(Stack.of(construct).resolve(resource))}]`, reason);
  }
}

/** A resource in the notation of findings: `arn:<AWS::Partition>:sns:…`. */
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
      throw new Error(`${intrinsic}: expected Ref, Fn::ImportValue or Fn::Join in a resource with a wildcard`);
  }
}
