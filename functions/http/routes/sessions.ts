import * as z from 'zod/mini';
import { ACCOUNT_ERROR, AccountError } from '../../accounts/errors.ts';
import { logOut, logOutEverywhere, openSessions } from '../../accounts/log-out.ts';
import type { Bearer } from '../../auth/token.ts';
import { EXPIRES } from '../../shared/constants.ts';
import type { Principal } from '../../shared/principal.ts';
import type { App } from '../../store/apps.ts';
import { findInstallation } from '../../store/installations.ts';
import type { ListedSession } from '../../store/sessions.ts';
import { audited } from '../audit.ts';
import { flag, id } from '../parameters.ts';
import { route } from '../route.ts';
import { Empty } from './account-shapes.ts';

const user = z.optional(id('user', 'The user, in a request with the master key'));

const sessionId = z
  .string()
  .check(z.regex(/^[\w-]{43}$/, 'expected the id of a session'))
  .register(z.globalRegistry, {
    description: 'The session, by its id in the list',
    examples: ['47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU'],
  });

const time = (description: string) =>
  z.optional(z.int().register(z.globalRegistry, { description, examples: [1767225600000] }));

const SessionItem = z
  .object({
    id: z.string().register(z.globalRegistry, { description: 'No secret: a hash of the token' }),
    created: time('Creation, epoch milliseconds. Missing in old sessions'),
    used: time('Last login on the socket with the token, epoch milliseconds. Missing before the first one'),
    expires: z.int().register(z.globalRegistry, { description: 'Epoch milliseconds', examples: [1767225600000] }),
    current: z.boolean().register(z.globalRegistry, { description: 'Whether the request has its token' }),
    device: z.optional(
      z
        .enum(['ios', 'android'])
        .register(z.globalRegistry, { description: 'The device type of the installation that logged in' }),
    ),
  })
  .register(z.globalRegistry, { id: 'Session' });

interface Asked {
  readonly app: App;
  readonly principal: Principal | undefined;
  readonly session: Bearer | undefined;
  readonly query: { readonly user?: string | undefined };
  readonly now: number;
}

/** Whose sessions a request is about: those of its token, or with the master key those of a user. */
function subjectOf({ app, principal, query }: Asked): Principal {
  if (principal) return principal;
  if (query.user !== undefined) return { app: app.id, kind: 'user', id: query.user };
  throw new AccountError(ACCOUNT_ERROR.badParameter, 'user: missing; with the master key, expected the id of a user');
}

/** Users and visitors have access to their own sessions. */
const own = ({ kind, id }: Principal, { query }: { query: { user?: string | undefined } }) =>
  query.user === undefined || (kind === 'user' && id === query.user);

async function describe({ app, session }: Asked, found: ListedSession): Promise<z.output<typeof SessionItem>> {
  const { hash, created, used, install, [EXPIRES]: expires } = found;
  const device = install === undefined ? undefined : (await findInstallation(app.id, install))?.deviceType;
  return {
    id: hash,
    ...(created !== undefined && { created }),
    ...(used !== undefined && { used }),
    expires: expires * 1000,
    current: hash === session?.hash,
    ...(device !== undefined && { device }),
  };
}

const common = { path: '/2.0/sessions', params: z.object({}), status: 200, strict: 'always', access: own } as const;

export const openSessionRoutes = [
  route({
    ...common,
    method: 'GET',
    summary: 'List the open sessions of the caller, or of a user (master key), the latest first',
    query: z.object({ user }),
    response: z.object({ results: z.array(SessionItem) }),
    async handle(request) {
      const sessions = await openSessions(subjectOf(request), request.now);
      return { results: await Promise.all(sessions.map((session) => describe(request, session))) };
    },
  }),

  route({
    ...common,
    method: 'DELETE',
    summary:
      'End all other sessions of the caller, or all sessions of a user (master key), and close their connections',
    query: z.object({ user, all: flag('Also end the session of the request') }),
    response: Empty,
    audit: audited('session.end', ({ query }) => query.user && `user/${query.user}`),
    async handle(request) {
      await logOutEverywhere(subjectOf(request), request.now, request.query.all ? undefined : request.session?.hash);
      return {};
    },
  }),

  route({
    ...common,
    method: 'DELETE',
    path: '/2.0/sessions/:id',
    summary: 'End one session, and close its connections',
    params: z.object({ id: sessionId }),
    query: z.object({ user }),
    response: Empty,
    audit: audited('session.end', ({ query }) => query.user && `user/${query.user}`),
    async handle(request) {
      const { params, now } = request;
      const principal = subjectOf(request);
      const found = (await openSessions(principal, now)).some(({ hash }) => hash === params.id);
      if (!found) throw new AccountError(ACCOUNT_ERROR.notFound, `There is no open session ${params.id}`);
      await logOut({ principal, hash: params.id }, now);
      return {};
    },
  }),
];
