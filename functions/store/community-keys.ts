import { PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { hashBucket, type Subject, subjectKey } from './keys.ts';

/** A group or a room. They differ in ownership, member limit, and message storage. */
export interface Community extends Subject {
  readonly kind: 'group' | 'room';
}

/** Number of ranges that divide the members of a community, so that several readers can share them. */
export const MEMBER_RANGES = 256;

export const MEMBER_PREFIX = 'member#';

/** `member#00#` for the first range, followed by the id of the member. */
export const rangePrefix = (range: number) => `${MEMBER_PREFIX}${range.toString(16).padStart(2, '0')}#`;
const PREFIX_LENGTH = rangePrefix(0).length;

export const memberSortKey = (userId: string) => rangePrefix(hashBucket(userId, MEMBER_RANGES)) + userId;

/** Extracts the member id from a sort key. */
export const memberIdOf = (sortKey: string) => sortKey.slice(PREFIX_LENGTH);

export const memberKey = (community: Community, userId: string) => ({
  [PARTITION_KEY]: subjectKey(community),
  [SORT_KEY]: memberSortKey(userId),
});
