import { describe, expect, it } from 'vitest';
import { type Authorization, AuthorizerContext, toAuthorizerContext } from '../../functions/auth/authorizer-context.ts';
import { ERROR } from '../../functions/shared/errors.ts';

const visitor = (notes: string): Authorization => ({
  eio: 4,
  outcome: 'known',
  principal: { app: 'macaw', kind: 'visitor', id: 'v1' },
  options: { install: 'i1', notifyAll: true, attributes: { notes } },
});

describe('the context of an authorizer', () => {
  it.each<Authorization>([
    visitor('小鸟 "quoted"'),
    { eio: 3, outcome: 'anonymous' },
    { eio: 3, outcome: 'refused', code: ERROR.notAuthorised, message: 'auth.sign is wrong' },
  ])('restores the authorization %#', (authorization) => {
    const context = toAuthorizerContext(authorization);
    expect(Object.values(context).every((value) => typeof value === 'string')).toBe(true);
    expect(AuthorizerContext.parse(context)).toEqual(authorization);
  });

  it('that would exceed the 8 KB of API Gateway becomes a refusal that fits', () => {
    const context = toAuthorizerContext(visitor('n'.repeat(9000)));
    expect(AuthorizerContext.parse(context)).toMatchObject({ eio: 4, outcome: 'refused', code: 5010 });
    expect(JSON.stringify(context).length).toBeLessThan(8000);
  });
});
