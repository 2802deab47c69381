import { PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { hashBucket, type Subject, subjectKey } from './keys.ts';

/** A group or a room: what differs between them is the owner, the limit, and whether its messages are kept. */
export interface Community extends Subject {
  readonly kind: 'group' | 'room';
}

/** How many ranges the members of a community fall into, so that several readers can share them. */
export const MEMBER_RANGES = 256;

/** `member#00#` for the first range; a member's id stands behind it. */
export const rangePrefix = (range: number) => `member#${range.toString(16).padStart(2, '0')}#`;
const PREFIX_LENGTH = rangePrefix(0).length;

export const memberSortKey = (userId: string) => rangePrefix(hashBucket(userId, MEMBER_RANGES)) + userId;

/** The member whose sort key this is. */
export const memberIdOf = (sortKey: string) => sortKey.slice(PREFIX_LENGTH);

export const memberKey = (community: Community, userId: string) => ({
  [PARTITION_KEY]: subjectKey(community),
  [SORT_KEY]: memberSortKey(userId),
});
