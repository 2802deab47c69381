import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Community } from '../../functions/store/community-keys.ts';
import { type MemberChange, planChange, planCreation } from '../../functions/store/community-plan.ts';
import { MAX_WRITES, type Write } from '../../functions/store/transact.ts';

const community: Community = { app: 'a', kind: 'group', id: 'g' };
const context = { table: 'core', limit: 500, now: 1 };
const user = (n: number) => `user-${n}`;
const users = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => user(from + n));

const plan = (owner: string | undefined, members: readonly string[], change: MemberChange, limit = context.limit) =>
  planChange(community, { head: { owner, members: members.length }, members: new Set(members) }, change, {
    ...context,
    limit,
  });

const idOf = (key: Record<string, unknown> | undefined) => String(key?.sk).split('#')[2];
const joined = (writes: readonly Write[]) => writes.flatMap(({ Put }) => (Put ? [idOf(Put.Item)] : []));
const left = (writes: readonly Write[]) => writes.flatMap(({ Delete }) => (Delete ? [idOf(Delete.Key)] : []));
const growthOf = ([head]: readonly Write[]) => Number(head?.Update?.ExpressionAttributeValues?.[':growth']);

describe('a change of members', () => {
  it('is nothing where all of it is so already', () => {
    const { transactions } = plan('user-0', users(0, 3), { join: [user(1)], leave: ['somebody'], owner: 'user-0' });
    expect(transactions).toEqual([]);
  });

  it('is one transaction with the head first, on condition that there is room', () => {
    const { transactions, result } = plan('user-0', users(0, 3), { join: users(1, 5) });
    expect(transactions).toHaveLength(1);
    expect(transactions[0]?.[0]?.Update).toMatchObject({
      ConditionExpression: 'attribute_exists(#pk) AND attribute_not_exists(deleted) AND members <= :room',
      ExpressionAttributeValues: { ':growth': 2, ':room': 498 },
    });
    expect(joined(transactions.flat())).toEqual(users(3, 5));
    expect(result).toEqual({ owner: 'user-0', members: 5 });
  });

  it('hands a group over in one transaction with the leave of its owner', () => {
    const { transactions, result } = plan('user-0', users(0, 2), { owner: 'user-9', leave: ['user-0'] });
    expect(transactions).toHaveLength(1);
    expect(transactions[0]?.[0]?.Update).toMatchObject({
      ConditionExpression: expect.stringContaining('#owner = :before'),
      UpdateExpression: expect.stringContaining('#owner = :after'),
      ExpressionAttributeValues: { ':growth': 0, ':before': 'user-0', ':after': 'user-9' },
    });
    expect([joined(transactions.flat()), left(transactions.flat())]).toEqual([['user-9'], ['user-0']]);
    expect(result).toEqual({ owner: 'user-9', members: 2 });
  });

  it.each([
    ['the owner would leave', () => plan('user-0', users(0, 2), { leave: ['user-0'] }), 5009],
    ['the new owner would leave', () => plan('user-0', users(0, 2), { owner: user(1), leave: [user(1)] }), 5009],
    ['they would be too many', () => plan('user-0', users(0, 2), { join: [user(3)] }, 2), 5008],
  ])('is refused as a whole if %s', (_, planned, code) => {
    expect(planned).toThrow(expect.objectContaining({ code }));
  });

  it('makes the members and the owner what was asked for, within what DynamoDB takes and the limit all the way', () => {
    const some = fc.uniqueArray(fc.integer({ min: 1, max: 400 }).map(user), { maxLength: 300 });
    fc.assert(
      fc.property(
        some,
        some,
        some,
        fc.option(fc.integer({ min: 1, max: 400 }).map(user), { nil: undefined }),
        (present, join, leave, owner) => {
          const before = new Set(['user-0', ...present]);
          const stays = leave.filter((id) => id !== owner);
          const { transactions, result } = plan('user-0', [...before], { join, leave: stays, owner });
          const after = new Set(before);
          let owns = 'user-0';
          let count = before.size;
          for (const writes of transactions) {
            expect(writes.length).toBeLessThanOrEqual(MAX_WRITES);
            const values = writes[0]?.Update?.ExpressionAttributeValues ?? {};
            if (':before' in values) expect(values[':before']).toBe(owns);
            owns = String(values[':after'] ?? owns);
            for (const id of joined(writes)) after.add(String(id));
            for (const id of left(writes)) after.delete(String(id));
            count += growthOf(writes);
            expect(after.size).toBe(count);
            expect(after).toContain(owns);
            expect(count).toBeLessThanOrEqual(Math.max(before.size, result.members));
          }
          const expected = new Set([...before].filter((id) => !stays.includes(id)));
          for (const id of [...join.filter((id) => !before.has(id)), ...(owner ? [owner] : [])]) expected.add(id);
          expect([...after].sort()).toEqual([...expected].sort());
          expect(result).toEqual({ owner: owner ?? 'user-0', members: expected.size });
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('a creation', () => {
  it('is one transaction with as many members as fit beside the head and the index; others join later', () => {
    const index: Write[] = [{ Put: { TableName: 'attributes', Item: { pk: 'a#group#name', sk: 'cats' } } }];
    const members = users(0, 150);
    const { transaction, state } = planCreation(community, { members, item: { owner: 'user-0' }, index }, context);
    expect(transaction).toHaveLength(MAX_WRITES);
    expect(transaction[0]?.Put?.Item).toMatchObject({ pk: 'a#group#g', owner: 'user-0', members: 98 });
    const { transactions } = planChange(community, state, { join: members }, context);
    expect(transactions.flatMap(joined)).toEqual(users(98, 150));
  });

  it('is refused with too many members', () => {
    const creation = () =>
      planCreation(community, { members: users(0, 3), item: {}, index: [] }, { ...context, limit: 2 });
    expect(creation).toThrow(expect.objectContaining({ code: 5008 }));
  });
});
