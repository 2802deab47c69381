import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate } from '../../local/iam/evaluate.ts';
import { grantsOf, grantsUsed } from '../../local/iam/grants.ts';
import { readPolicy } from '../../local/iam/policy.ts';

const TOPIC = 'arn:aws:sns:us-east-1:000000000000:news';
const grants = (Statement: object) => grantsOf('role', readPolicy({ Statement }, 'a policy'));

test('each action on each resource is a grant of its own', () => {
  expect(
    grants({ Effect: 'Allow', Action: ['sns:Publish', 'sns:Get*'], Resource: [TOPIC, 'arn:aws:sns:*:*:x'] }),
  ).toEqual([
    { role: 'role', action: 'sns:Publish', resource: TOPIC },
    { role: 'role', action: 'sns:Publish', resource: 'arn:aws:sns:*:*:x' },
    { role: 'role', action: 'sns:Get*', resource: TOPIC },
    { role: 'role', action: 'sns:Get*', resource: 'arn:aws:sns:*:*:x' },
  ]);
});

test('what is denied is no grant', () => {
  expect(grants({ Effect: 'Deny', Action: 'sns:*', Resource: '*' })).toEqual([]);
});

test('a request uses all grants that it matches, and no others', () => {
  const all = grants({ Effect: 'Allow', Action: ['sns:Publish', 'sns:P*', 'sns:Get*'], Resource: [TOPIC, '*'] });
  const used = grantsUsed(all, { action: 'SNS:publish', resource: TOPIC });
  expect(used.map(({ action, resource }) => [action, resource])).toEqual([
    ['sns:Publish', TOPIC],
    ['sns:Publish', '*'],
    ['sns:P*', TOPIC],
    ['sns:P*', '*'],
  ]);
});

const patterns = (values: string[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
const actions = ['sns:Publish', 'sns:Get*', 'sns:*', 'sqs:SendMessage'];
const resources = [TOPIC, 'arn:aws:sns:*:*:*', 'arn:aws:sqs:us-east-1:000000000000:jobs', '*'];
const statement = fc
  .record({
    action: patterns(actions),
    resource: patterns(resources),
    notAction: fc.boolean(),
    notResource: fc.boolean(),
  })
  .map(({ action, resource, notAction, notResource }) => ({
    Effect: 'Allow',
    [notAction ? 'NotAction' : 'Action']: action,
    [notResource ? 'NotResource' : 'Resource']: resource,
  }));

test('whatever is allowed uses a grant, and what uses a grant is allowed', () => {
  fc.assert(
    fc.property(
      fc.array(statement, { minLength: 1, maxLength: 3 }),
      fc.constantFrom('sns:Publish', 'sns:GetTopicAttributes', 'sqs:SendMessage'),
      fc.constantFrom(TOPIC, 'arn:aws:sqs:us-east-1:000000000000:jobs', '+4915112345678'),
      (statements, action, resource) => {
        const request = { action, resource };
        const used = grantsUsed(grants(statements), request);
        expect(used.length > 0).toBe(
          evaluate(readPolicy({ Statement: statements }, 'a policy'), request) === 'allowed',
        );
      },
    ),
  );
});
