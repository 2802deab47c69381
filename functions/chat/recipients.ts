import type { Addressee, DeliverPart } from '../jobs/deliver.ts';
import { EVERYBODY_SHARDS } from '../shared/constants.ts';
import type { Principal } from '../shared/principal.ts';
import { communityHead, membersOf } from '../store/communities.ts';
import { type Community, MEMBER_RANGES } from '../store/community-keys.ts';
import { connectionsOfApp } from '../store/connection-index.ts';
import { connectionsOf, devicesOf, type OpenDevices } from '../store/devices.ts';
import { collect, lookup } from '../store/dynamo.ts';
import type { Recipient } from './delivery.ts';
import { ALL_TOLD, MAX_LISTED } from './sharding.ts';

/** An open connection with a known owner. */
export type OwnedConnection = Recipient & { readonly owner: Principal };

/** The receivers of an event. Large audiences are given as a range, which shards read. */
export type Recipients =
  | {
      readonly recipients: readonly Recipient[];
      /** Receivers whom the event does not reach, or only in the background. */
      readonly away?: readonly Principal[];
    }
  | {
      /** The range that contains all receivers. */
      readonly range: Exclude<DeliverPart, { kind: 'recipients' }>;
      /** Upper bound of the number of receivers. */
      readonly size: number;
    };

/**
 * The members of a community, except one. A small community is listed with one query, plus one batch read per hundred
 * members for their connections.
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
  return reachAll(users);
}

/** Number of connections to read per shard of the index, to estimate whether there are many. */
const SAMPLE = 10;

/** Finds the receivers of an event. Undefined for a group or room that does not exist. */
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
  if (to.kind === 'visitor') return { recipients: await openConnections([{ app, kind: 'visitor', id: to.id }]) };
  if (to.kind === 'concerned') return connected(app, await concerned(app, to));
  if (to.kind === 'user') {
    return reachAll([{ app, kind: 'user', id: to.id }]);
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

/** Where an event reaches people. */
export interface Reach {
  readonly recipients: readonly Recipient[];
  /** Those who have no device in the foreground. They get a push, if the event is one that is pushed. */
  readonly away: readonly Principal[];
}

/** Where an event reaches one of its receivers. */
export function reach(receiver: Principal, { connections, foreground }: OpenDevices): Reach {
  if (foreground) return { recipients: withOwner(receiver, connections), away: [] };
  // Without their owner: failed posts to them must not cause a second push.
  return { recipients: connections.map((connectionId) => ({ connectionId })), away: [receiver] };
}

/** Where an event reaches all of them: one batch read per hundred. */
export async function reachAll(receivers: readonly Principal[]): Promise<Reach> {
  const found = await lookup(receivers.map(devicesOf));
  const reached = receivers.flatMap((receiver, n) => {
    const devices = found[n];
    return devices ? [reach(receiver, devices)] : [];
  });
  return {
    recipients: reached.flatMap(({ recipients }) => recipients),
    away: reached.flatMap(({ away }) => away),
  };
}

/** The open connections of all principals. */
export async function openConnections(principals: readonly Principal[]): Promise<OwnedConnection[]> {
  const found = await lookup(principals.map(connectionsOf));
  return principals.flatMap((principal, n) => withOwner(principal, found[n] ?? []));
}

/** Adds the owner to each connection id. */
export function withOwner(owner: Principal, connectionIds: readonly string[]): OwnedConnection[] {
  return connectionIds.map((connectionId) => ({ connectionId, owner }));
}
