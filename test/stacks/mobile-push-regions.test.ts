import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { warnWithoutMobilePush } from '../../lib/mobile-push-regions.ts';

const warnings = (region: string | undefined) => {
  const stack = new Stack(new App(), 'Test', region === undefined ? {} : { env: { region } });
  warnWithoutMobilePush(stack);
  return Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('no mobile push'));
};

it('a stage in a region without mobile push is warned of at synthesis, and no other', () => {
  expect(warnings('eu-central-2')).toHaveLength(1);
  expect(warnings('eu-central-1')).toEqual([]);
  expect(warnings(undefined)).toEqual([]);
});
