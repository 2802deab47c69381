import type { Addressee, DeliverPart } from '../jobs/deliver.ts';
import { EVERYBODY_SHARDS } from '../shared/constants.ts';
import type { Principal } from '../shared/principal.ts';
import { communityHead, membersOf } from '../store/communities.ts';
import { type Community, MEMBER_RANGES } from '../store/community-keys.ts';
import { connectionsOfApp } from '../store/connection-index.ts';
import { connectionsOf } from '../store/devices.ts';
import { collect, lookup } from '../store/dynamo.ts';
import type { Recipient } from './delivery.ts';
import { ALL_TOLD, MAX_LISTED } from './sharding.ts';

/** An open connection of somebody known. */
export type OwnedConnection = Recipient & { readonly owner: Principal };

/** The receivers of an event, found as far as it makes sense to do so before shards are started. */
export type Recipients =
  | {
      readonly recipients: readonly Recipient[];
      /** Receivers who are connected nowhere. */
      readonly offline?: readonly Principal[];
    }
  | {
      /** Stands for all of them. */
      readonly range: Exclude<DeliverPart, { kind: 'recipients' }>;
      /** How many there may be. */
      readonly size: number;
    };

/**
 * The members of a community without one of them: if they are not too many, one query lists them, and one batch read per
 * hundred tells where they are connected.
 */
export async function otherMembers(
  except: string | undefined,
  community: Community,
  members: number,
): Promise<Recipients> {
  if (members > MAX_LISTED) {
    const range = { kind: 'members' as const, community, from: 0, to: MEMBER_RANGES, except };
    return { range, size: members };
  }
  const ids = (await membersOf(community)).filter((id) => id !== except);
  const users = ids.map((id): Principal => ({ app: community.app, kind: 'user', id }));
  const found = await openConnections(users);
  return { recipients: found, offline: offlineAmong(users, found) };
}

/** How many connections of each shard of everybody are looked at to see whether there are many. */
const SAMPLE = 10;

/** Whom an event is for. A group or room that is no more is nobody. */
export async function findRecipients(app: string, to: Addressee): Promise<Recipients | undefined> {
  if (to.kind === 'everybody') {
    const shards = Array.from({ length: EVERYBODY_SHARDS }, (_, shard) =>
      collect(connectionsOfApp(app, shard, { limit: SAMPLE })),
    );
    const found = await Promise.all(shards);
    const range = { kind: 'everybody' as const, from: 0, to: EVERYBODY_SHARDS, except: to.except };
    if (found.some(({ length }) => length === SAMPLE)) return { range, size: Number.POSITIVE_INFINITY };
    const recipients = found
      .flat()
      .filter((connectionId) => connectionId !== to.except)
      .map((connectionId) => ({ connectionId }));
    return { recipients };
  }
  if (to.kind === 'users') return connected(app, to.ids);
  if (to.kind === 'concerned') return connected(app, await concerned(app, to));
  if (to.kind === 'user') {
    const user: Principal = { app, kind: 'user', id: to.id };
    const found = await openConnections([user]);
    return { recipients: found, offline: offlineAmong([user], found) };
  }
  const community: Community = { app, kind: to.kind, id: to.id };
  const [found] = await lookup([communityHead(community)]);
  return found && otherMembers(undefined, community, found.members);
}

/** Whom a change of a group or room concerns; nobody else where that is deleted. */
async function concerned(app: string, { of: kind, id, ids }: Addressee & { kind: 'concerned' }): Promise<string[]> {
  const community: Community = { app, kind, id };
  const [found] = await lookup([communityHead(community)]);
  const all = found !== undefined && found.members <= ALL_TOLD[kind];
  return [...new Set([...(all ? await membersOf(community, ALL_TOLD[kind]) : []), ...ids])];
}

/** The connections of users who need not know when they have none. */
async function connected(app: string, ids: readonly string[]): Promise<Recipients> {
  return { recipients: await openConnections(ids.map((id): Principal => ({ app, kind: 'user', id }))) };
}

/** Those of some users who have no open connection. */
export function offlineAmong(users: readonly Principal[], found: readonly OwnedConnection[]): Principal[] {
  const online = new Set(found.map(({ owner }) => owner.id));
  return users.filter(({ id }) => !online.has(id));
}

/** The open connections of all of them. */
export async function openConnections(principals: readonly Principal[]): Promise<OwnedConnection[]> {
  const found = await lookup(principals.map(connectionsOf));
  return principals.flatMap((principal, n) => withOwner(principal, found[n] ?? []));
}

/** A principal's open connections, as those of somebody known. */
export function withOwner(owner: Principal, connectionIds: readonly string[]): OwnedConnection[] {
  return connectionIds.map((connectionId) => ({ connectionId, owner }));
}
