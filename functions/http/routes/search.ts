import * as z from 'zod/mini';
import { pick } from '../../attributes/visible.ts';
import type { Principal } from '../../shared/principal.ts';
import { attributesOf } from '../../store/attributes.ts';
import { type Description, describeCommunities } from '../../store/communities.ts';
import { lookup } from '../../store/dynamo.ts';
import { type Search, search } from '../../store/search.ts';
import { anyUser, joined, masterOnly, selfAndFriends } from '../access.ts';
import { onlineFor } from '../online.ts';
import { route } from '../route.ts';
import { limitTo, parseSearch, SEARCH_LIMIT } from './search-query.ts';
import { FoundRoomShape, FoundUserShape, GroupShape } from './shapes.ts';

const none = z.object({});
const query = z
  .pipe(z.record(z.string(), z.union([z.string(), z.array(z.string())])), z.transform(parseSearch))
  .register(z.globalRegistry, {
    properties: {
      _sort: {
        type: 'string',
        description:
          'Attribute names separated by commas, with `-` before a descending name. `ts` is the creation time',
        examples: ['score,-age'],
      },
      _skip: { type: 'integer', minimum: 0, default: 0, description: 'Number of results to skip' },
      _limit: {
        type: 'integer',
        minimum: 1,
        default: SEARCH_LIMIT.default,
        description: `Maximum number of results. A value above ${SEARCH_LIMIT.max} becomes ${SEARCH_LIMIT.max}`,
      },
    },
    additionalProperties: { type: 'string' },
    description:
      'Conditions that must all match: path and value of an attribute. `*` matches any characters, `?` matches one character',
    examples: [{ name: 'j*' }],
  });

const users = route({
  method: 'GET',
  path: '/ctx',
  summary: 'Search users by their attributes',
  params: none,
  query,
  status: 200,
  response: z.array(FoundUserShape),
  access: anyUser,
  async handle({ app, query, principal, restrictedTo }) {
    const visible = restrictedTo ? limitTo(app.publicAttributes.user, query) : query;
    const found = await search(app.id, 'user', visible);
    const ids = found.map(({ id }) => id);
    const [online, known] = await Promise.all([
      onlineFor(app.id, principal, ids),
      restrictedTo ? readKnown(restrictedTo, ids) : new Map<string, Values>(),
    ]);
    return found.map(({ id, ts, attributes }) => ({
      id,
      online: online.has(id),
      ts,
      attributes: known.get(id) ?? attributes,
    }));
  },
});

type Values = Record<string, unknown>;

/** All attributes of those found users who are the caller, or friends of theirs. */
async function readKnown(caller: Principal, found: readonly string[]): Promise<ReadonlyMap<string, Values>> {
  const ids = [...(await selfAndFriends(caller, found))];
  const all = await lookup(ids.map((id) => attributesOf({ app: caller.app, kind: 'user', id })));
  return new Map(ids.map((id, n) => [id, all[n]?.attributes ?? {}]));
}

/** A room as a user finds it: its members, and attributes that are not public, are shown to its members only. */
async function foundRooms(caller: Principal, names: readonly string[], rooms: readonly Description[]) {
  const own = await joined(
    caller,
    rooms.map(({ id }) => ({ app: caller.app, kind: 'room', id })),
  );
  return rooms.map((room) => {
    if (own.has(room.id)) return room;
    const { members: _, ...shown } = room;
    return { ...shown, attributes: pick(room.attributes, names) };
  });
}

async function communities(app: string, kind: 'group' | 'room', query: Search): Promise<Description[]> {
  const found = await search(app, kind, query);
  return describeCommunities(
    app,
    kind,
    found.map(({ id }) => id),
  );
}

const groups = route({
  method: 'GET',
  path: '/groups',
  summary: 'Search groups by their attributes',
  params: none,
  query,
  status: 200,
  response: z.array(GroupShape),
  // Only members may know who is in a group.
  access: masterOnly,
  handle: ({ app, query }) => communities(app.id, 'group', query),
});

const rooms = route({
  method: 'GET',
  path: '/rooms',
  summary: 'Search rooms by their attributes',
  params: none,
  query,
  status: 200,
  response: z.array(FoundRoomShape),
  // Every user may enter a room, so every user may search rooms.
  access: anyUser,
  async handle({ app, query, restrictedTo }) {
    if (!restrictedTo) return communities(app.id, 'room', query);
    const names = app.publicAttributes.room;
    return foundRooms(restrictedTo, names, await communities(app.id, 'room', limitTo(names, query)));
  },
});

export const searches = [users, groups, rooms];
