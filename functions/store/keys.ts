import { createHash } from 'node:crypto';
import { DIRECTORY_INDEX, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import type { Principal } from '../shared/principal.ts';

/** An entity with its own partition: a user, visitor, group, room, or installation. */
export interface Subject {
  readonly app: string;
  readonly kind: Principal['kind'] | 'group' | 'room' | 'installation';
  readonly id: string;
}

/**
 * The name of a kind in partition keys. Visitors are stored as `passenger`, the MaxIM term, since the first release.
 */
export const storedKind = (kind: string) => (kind === 'visitor' ? 'passenger' : kind);

/** The partition with all data of one subject. The separator `#` occurs neither in application ids nor in other ids. */
export function subjectKey({ app, kind, id }: Subject): string {
  return `${app}#${storedKind(kind)}#${id}`;
}

/** The partition of a connection item. */
export const connectionPartition = (connectionId: string) => `connection#${connectionId}`;

/** The key of a connection item. */
export const connectionKey = (connectionId: string) => ({ [PARTITION_KEY]: connectionPartition(connectionId) });
export const connectionIdOf = (partition: string) => partition.slice('connection#'.length);

/** The key of a session that started with long-polling. */
export const pollingKey = (connectionId: string) => ({ [PARTITION_KEY]: `polling#${connectionId}` });

/** The sort key of the item that defines a subject: creation time, attributes, and the data of groups and rooms. */
export const HEAD = 'profile';

export const headKey = (subject: Subject) => ({ [PARTITION_KEY]: subjectKey(subject), [SORT_KEY]: HEAD });

/** The attributes that add a head to the directory of its kind, which is sorted by creation time. */
export const directoryEntry = ({ app, kind }: Pick<Subject, 'app' | 'kind'>) => ({
  [DIRECTORY_INDEX.partition]: `${app}#${storedKind(kind)}`,
});

/** Hashes an id to a number from 0 to `buckets` - 1, with an even distribution. */
export function hashBucket(id: string, buckets: number): number {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return sum % buckets;
}

/** A short text that stands for a longer one in sets and attribute names. */
export const mark = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 8);
