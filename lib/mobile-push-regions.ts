import { Annotations, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The regions with SNS mobile push: https://docs.aws.amazon.com/sns/latest/dg/sns-mobile-push-supported-regions.html */
const REGIONS: ReadonlySet<string> = new Set([
  'af-south-1',
  'ap-east-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-southeast-3',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-south-1',
  'eu-south-2',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'me-central-1',
  'me-south-1',
  'sa-east-1',
  'us-east-1',
  'us-east-2',
  'us-gov-west-1',
  'us-west-1',
  'us-west-2',
]);

/** Warns at synthesis if the region of a stack has no mobile push. Everything else works there. */
export function warnWithoutMobilePush(construct: IConstruct): void {
  const { region } = Stack.of(construct);
  if (Token.isUnresolved(region) || REGIONS.has(region)) return;
  Annotations.of(construct).addWarningV2(
    'macaw:noMobilePush',
    `SNS has no mobile push in ${region}: uploads of push credentials will fail, and nobody is notified while offline`,
  );
}
