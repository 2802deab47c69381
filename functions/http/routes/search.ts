import * as z from 'zod/mini';
import type { Principal } from '../../shared/principal.ts';
import { describeCommunities } from '../../store/communities.ts';
import { connectionsOf } from '../../store/devices.ts';
import { lookup } from '../../store/dynamo.ts';
import { search } from '../../store/search.ts';
import { anyUser, masterOnly } from '../access.ts';
import { route } from '../route.ts';
import { parseSearch, SEARCH_LIMIT } from './search-query.ts';
import { FoundUserShape, GroupShape, RoomShape } from './shapes.ts';

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
  async handle({ app, query }) {
    const found = await search(app.id, 'user', query);
    const connections = await lookup(
      found.map(({ id }) => connectionsOf({ app: app.id, kind: 'user', id } satisfies Principal)),
    );
    return found.map(({ id, ts, attributes }, n) => ({
      id,
      online: (connections[n]?.length ?? 0) > 0,
      ts,
      attributes,
    }));
  },
});

const communities = (kind: 'group' | 'room') =>
  route({
    method: 'GET',
    path: `/${kind}s`,
    summary: `Search ${kind}s by their attributes`,
    params: none,
    query,
    status: 200,
    response: z.array(kind === 'group' ? GroupShape : RoomShape),
    // Every user may enter a room, so every user may search rooms. Only members may know who is in a group.
    access: kind === 'room' ? anyUser : masterOnly,
    async handle({ app, query }) {
      const found = await search(app.id, kind, query);
      return describeCommunities(
        app.id,
        kind,
        found.map(({ id }) => id),
      );
    },
  });

export const searches = [users, communities('group'), communities('room')];
