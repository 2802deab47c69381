import { expect, test } from 'vitest';
import { PostQuota } from '../../local/apigateway/websocket/post-quota.ts';

test('posts beyond the burst are refused, until time has brought more', () => {
  const quota = new PostQuota({ postsPerSecond: 10, postBurst: 3 });
  const failures = (now: number, count: number) => Array.from({ length: count }, () => quota.failure('a', now));
  expect(failures(1000, 4)).toEqual([undefined, undefined, undefined, 429]);
  expect(failures(1200, 3)).toEqual([undefined, undefined, 429]);
  expect(failures(9000, 4)).toEqual([undefined, undefined, undefined, 429]);
});

test('without a quota no post is refused but those that are to be', () => {
  const quota = new PostQuota({ postsPerSecond: Number.POSITIVE_INFINITY, postBurst: Number.POSITIVE_INFINITY });
  quota.fail('a', 500, 2);
  expect([1, 2, 3].map((now) => quota.failure('a', now))).toEqual([500, 500, undefined]);
  expect(quota.failure('b', 3)).toBeUndefined();
});
