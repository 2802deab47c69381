import { DIRECTORY_INDEX, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import type { Principal } from '../shared/principal.ts';

/** What has a partition of its own: somebody who can be connected, a group or room, or an app on a device. */
export interface Subject {
  readonly app: string;
  readonly kind: Principal['kind'] | 'group' | 'room' | 'installation';
  readonly id: string;
}

/** The word for a kind in partition keys. Those of visitors have MaxIM's word, `passenger`, since the first release. */
export const storedKind = (kind: string) => (kind === 'visitor' ? 'passenger' : kind);

/**
 * The partition that holds all there is about one subject.
 * `#` separates: no application id and no other id may contain it.
 */
export function subjectKey({ app, kind, id }: Subject): string {
  return `${app}#${storedKind(kind)}#${id}`;
}

/** The item of one connection. */
export const connectionKey = (connectionId: string) => ({ [PARTITION_KEY]: `connection#${connectionId}` });
export const connectionIdOf = (partition: string) => partition.slice('connection#'.length);

/** The item by which a subject exists: since when, its attributes, and for groups and rooms what they are. */
export const HEAD = 'profile';

export const headKey = (subject: Subject) => ({ [PARTITION_KEY]: subjectKey(subject), [SORT_KEY]: HEAD });

/** What puts a head into the directory of all subjects of its kind, which is ordered by their creation. */
export const directoryEntry = ({ app, kind }: Pick<Subject, 'app' | 'kind'>) => ({
  [DIRECTORY_INDEX.partition]: `${app}#${storedKind(kind)}`,
});

/** A number below `buckets` that follows from an id: always the same, and all numbers about as often. */
export function hashBucket(id: string, buckets: number): number {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return sum % buckets;
}
