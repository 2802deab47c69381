// biome-ignore-all lint/suspicious/noTemplateCurlyInString: so CloudFormation and IAM write their variables.
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../local/iam/evaluate.ts';
import { matchesArn, matchesPattern } from '../../local/iam/patterns.ts';
import { readPolicy } from '../../local/iam/policy.ts';

const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/items';

function decide(statements: object | object[], action: string, resource = TABLE, context = {}) {
  return evaluate(readPolicy({ Version: '2012-10-17', Statement: statements }, 'a policy'), {
    action,
    resource,
    context,
  });
}

describe('wildcards', () => {
  test.each([
    ['*', 'anything', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['a*c', 'ac', true],
    ['a.c', 'abc', false],
    ['(a|b)', 'a', false],
  ])('%s against %s is %s', (pattern, value, expected) => {
    expect(matchesPattern(pattern, value)).toBe(expected);
  });

  test.each([
    [`${TABLE}/index/*`, `${TABLE}/index/byOwner`, true],
    [`${TABLE}/index/*`, TABLE, false],
    ['arn:aws:dynamodb:*:*:table/*', TABLE, true],
    ['arn:aws:dynamodb:*:table/items', TABLE, false],
    ['arn:aws:dynamodb', TABLE, true],
    ['arn:aws:lambda:us-east-1:000000000000:function:a*', 'arn:aws:lambda:us-east-1:000000000000:function:ab:1', true],
    [
      'arn:aws:execute-api:us-east-1:000000000000:api/*$connect',
      'arn:aws:execute-api:us-east-1:000000000000:api/live/$connect',
      true,
    ],
  ])('the ARN %s against %s is %s', (pattern, value, expected) => {
    expect(matchesArn(pattern, value)).toBe(expected);
  });
});

describe('a decision', () => {
  test('without any statement is a denial', () => {
    expect(decide([], 'dynamodb:GetItem')).toBe('implicit deny');
  });

  test('is to allow when one statement allows action and resource', () => {
    const allow = { Effect: 'Allow', Action: ['dynamodb:Get*', 'dynamodb:query'], Resource: TABLE };
    expect(decide(allow, 'dynamodb:GetItem')).toBe('allowed');
    expect(decide(allow, 'dynamodb:Query')).toBe('allowed');
    expect(decide(allow, 'dynamodb:PutItem')).toBe('implicit deny');
    expect(decide(allow, 'dynamodb:GetItem', `${TABLE}2`)).toBe('implicit deny');
  });

  test('is a denial if any statement denies, in any position', () => {
    const deny = { Effect: 'Deny', Action: 'dynamodb:DeleteItem', Resource: '*' };
    const allow = { Effect: 'Allow', Action: '*', Resource: '*' };
    for (const statements of [
      [deny, allow],
      [allow, deny],
    ]) {
      expect(decide(statements, 'dynamodb:DeleteItem')).toBe('explicit deny');
      expect(decide(statements, 'dynamodb:PutItem')).toBe('allowed');
    }
  });

  test('takes NotAction and NotResource for everything else', () => {
    expect(decide({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }, 'dynamodb:GetItem')).toBe('allowed');
    expect(decide({ Effect: 'Allow', NotAction: 'dynamodb:*', Resource: '*' }, 'dynamodb:GetItem')).toBe(
      'implicit deny',
    );
    expect(decide({ Effect: 'Allow', Action: '*', NotResource: TABLE }, 'dynamodb:GetItem')).toBe('implicit deny');
  });
});

describe('conditions', () => {
  const when = (Condition: object) => ({ Effect: 'Allow', Action: '*', Resource: '*', Condition });
  const context = { 'aws:securetransport': 'true', 'aws:requestedregion': 'us-east-1' };

  test.each([
    [{ Bool: { 'aws:SecureTransport': 'true' } }, 'allowed'],
    [{ Bool: { 'aws:SecureTransport': false } }, 'implicit deny'],
    [{ StringEquals: { 'aws:RequestedRegion': ['eu-west-1', 'us-east-1'] } }, 'allowed'],
    [{ StringNotEquals: { 'aws:RequestedRegion': ['eu-west-1', 'us-east-1'] } }, 'implicit deny'],
    [{ StringLike: { 'aws:RequestedRegion': 'us-*' } }, 'allowed'],
    [{ StringEquals: { 'aws:PrincipalArn': 'x' } }, 'implicit deny'],
    [{ StringEqualsIfExists: { 'aws:PrincipalArn': 'x' } }, 'allowed'],
    [{ StringNotEquals: { 'aws:PrincipalArn': 'x' } }, 'allowed'],
    [{ Null: { 'aws:PrincipalArn': 'true' } }, 'allowed'],
    [{ Bool: { 'aws:SecureTransport': 'true' }, StringEquals: { 'aws:RequestedRegion': 'x' } }, 'implicit deny'],
  ])('%j makes the decision %s', (condition, expected) => {
    expect(decide(when(condition), 'dynamodb:GetItem', TABLE, context)).toBe(expected);
  });

  test.each([
    [{ NumericLessThan: { 'aws:SecureTransport': '1' } }, 'does not implement the condition NumericLessThan'],
    [{ 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': 'a' } }, 'does not implement the condition ForAllValues'],
    [{ StringEquals: { 'dynamodb:LeadingKeys': 'a' } }, 'does not know the condition key dynamodb:LeadingKeys'],
  ])('%j is refused instead of guessed at', (condition, message) => {
    expect(() => decide(when(condition), 'dynamodb:GetItem')).toThrow(message);
  });
});

describe('a policy document', () => {
  test.each([
    [{ Effect: 'Maybe', Action: '*', Resource: '*' }, 'not a policy document'],
    [{ Effect: 'Allow', Resource: '*' }, 'either Action or NotAction'],
    [{ Effect: 'Allow', Action: '*' }, 'either Resource or NotResource'],
    [{ Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:::home/${aws:username}' }, 'policy variables'],
  ])('%j is refused', (statement, message) => {
    expect(() => decide(statement, 'dynamodb:GetItem')).toThrow(message);
  });
});
