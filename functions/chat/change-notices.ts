import type { Notice } from '../jobs/deliver.ts';
import { enqueueDeliveries } from '../jobs/deliver-enqueue.ts';
import { logger } from '../observe/logger.ts';
import { serverEvent } from '../shared/event.ts';
import type { Principal } from '../shared/principal.ts';
import { MAX_NAMED, TYPE } from '../shared/wire.ts';
import type { Community } from '../store/community-keys.ts';
import type { RelationRequest } from '../store/requests.ts';
import type { ChangeNotice } from './change-message.ts';
import type { ReadNotices } from './read.ts';
import { ALL_TOLD } from './sharding.ts';

/** How many users one job names, so that Lambda takes it (1 MB) even with the longest ids. */
const MAX_TOLD = 5000;

/** Tells a user and others, on all their devices, that they are friends now, or are no longer. */
export function noticeFriends(
  app: string,
  event: 'befriended' | 'unfriended',
  user: string,
  others: readonly string[],
): Promise<void> {
  if (others.length === 0) return Promise.resolve();
  return enqueue(app, [
    { events: [serverEvent(event, { id: user })], to: { kind: 'users', ids: [...others] } },
    { events: others.map((id) => serverEvent(event, { id })), to: { kind: 'users', ids: [user] } },
  ]);
}

/** Tells users what they are asked. */
export function noticeRequests(app: string, requests: readonly RelationRequest[]): Promise<void> {
  if (requests.length === 0) return Promise.resolve();
  return enqueue(
    app,
    requests.map((request) => ({
      events: [serverEvent('request', withType(request))],
      to: { kind: 'users', ids: [request.to] },
    })),
  );
}

/** Tells both users, on all their devices, that a request is no longer open. */
export function noticeAnswer(
  app: string,
  request: RelationRequest,
  outcome: 'accepted' | 'declined' | 'cancelled',
): Promise<void> {
  const { ts: _, expires: __, ...ids } = withType(request);
  const event = serverEvent('requestAnswered', { ...ids, outcome });
  return enqueue(app, [{ events: [event], to: { kind: 'users', ids: [request.from, request.to] } }]);
}

/** Shows a user as offline or online to a friend, whom they block or do not block any more. */
export function noticePresence(user: Principal, event: 'online' | 'offline', friend: string): Promise<void> {
  return enqueue(user.app, [{ events: [serverEvent(event, user.id)], to: { kind: 'users', ids: [friend] } }]);
}

/** A request as clients see it. */
export const withType = ({ from, to, gid, ts, expires }: RelationRequest) => ({
  type: gid === undefined ? TYPE.friend : TYPE.group,
  from,
  to,
  ...(gid !== undefined && { gid }),
  ts,
  expires,
});

/** What happened to a group or room. */
export interface CommunityChange {
  readonly joined?: readonly string[];
  readonly left?: readonly string[];
  /** Whether its owner or its attributes are others now. */
  readonly changed?: boolean;
}

/** Tells of a change of a group or room: those who joined or left, and its members where they are not too many. */
export function noticeCommunity(community: Community, change: CommunityChange): Promise<void> {
  const { app, kind, id } = community;
  const { joined = [], left = [], changed = false } = change;
  const events = [
    ...(joined.length > 0 ? [serverEvent('joined', { ...named(community), ...listed(joined) })] : []),
    ...(left.length > 0 ? [serverEvent('left', { ...named(community), ...listed(left) })] : []),
    ...(changed ? [serverEvent('changed', named(community))] : []),
  ];
  if (events.length === 0) return Promise.resolve();
  const ids = [...new Set([...joined, ...left])].slice(0, MAX_TOLD);
  return enqueue(app, [{ events, to: { kind: 'concerned', of: kind, id, ids } }]);
}

/** Tells those who were its members that a group or room is deleted, where they are not too many. */
export function noticeDeletion(community: Community, members: readonly string[]): Promise<void> {
  if (members.length === 0 || members.length > ALL_TOLD[community.kind]) return Promise.resolve();
  const events = [serverEvent('deleted', named(community))];
  return enqueue(community.app, [{ events, to: { kind: 'users', ids: [...members] } }]);
}

/** Notifies a reader and other participants of a read position that moved. */
export function noticeRead(reader: Principal, { own, receipts }: ReadNotices): Promise<void> {
  const { app } = reader;
  const notices = [
    ...(own.connections.length > 0 ? [{ events: [own.event], to: toOne(reader) }] : []),
    ...receipts.flatMap((receipt) =>
      receipt.connections.length > 0 ? [{ events: [receipt.event], to: toOne(receipt.to) }] : [],
    ),
  ];
  return notices.length === 0 ? Promise.resolve() : enqueue(app, notices);
}

/** Tells the participants of a conversation that a message changed. */
export function noticeChange(
  { app, kind, id }: Principal,
  to: { readonly id: string },
  { own, others, peer }: ChangeNotice,
): Promise<void> {
  if (!peer) return enqueue(app, [{ events: [others], to: { kind: 'group', id: to.id } }]);
  return enqueue(app, [
    { events: [own], to: toOne({ kind, id }) },
    { events: [others], to: toOne(peer) },
  ]);
}

const toOne = ({ kind, id }: Pick<Principal, 'kind' | 'id'>): Notice['to'] =>
  kind === 'visitor' ? { kind, id } : { kind: 'users', ids: [id] };

const named = ({ kind, id }: Community) => ({ id, type: TYPE[kind] });

const listed = (members: readonly string[]) => (members.length <= MAX_NAMED ? { members: [...members] } : {});

/** One invocation for all of it. The change is made: a request must not fail because nobody can be told. */
async function enqueue(app: string, notices: Notice[]): Promise<void> {
  try {
    await enqueueDeliveries([{ app, notices }]);
  } catch (error) {
    logger.error('Nobody was told of a change', { app, error });
  }
}
