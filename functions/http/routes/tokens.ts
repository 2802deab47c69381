import * as z from 'zod/mini';
import { checkAttributes } from '../../attributes/limits.ts';
import { issueToken } from '../../auth/token.ts';
import { findAccount } from '../../store/accounts.ts';
import { mergeAttributes } from '../../store/attributes.ts';
import { ensureProfile } from '../../store/profiles.ts';
import { masterOnly } from '../access.ts';
import { audited } from '../audit.ts';
import { id } from '../parameters.ts';
import { route } from '../route.ts';

const MIN_SECONDS = 60;
const MAX_SECONDS = 30 * 24 * 60 * 60;

const Body = z.object({
  id: id('id'),
  expiresIn: z
    ._default(z.int().check(z.minimum(MIN_SECONDS), z.maximum(MAX_SECONDS)), MAX_SECONDS)
    .register(z.globalRegistry, { description: 'For how many seconds it is valid', examples: [3600] }),
  attributes: z.optional(
    z.pipe(z.unknown(), z.transform(checkAttributes)).register(z.globalRegistry, {
      type: 'object',
      additionalProperties: {},
      description: "Added to the user's attributes",
      examples: [{ nickname: 'Tom' }],
    }),
  ),
});

const TokenShape = z
  .object({
    token: z.string().register(z.globalRegistry, { description: 'For X-ML-Session-Token, and auth.sessionToken' }),
    id: z.string().register(z.globalRegistry, { examples: ['tom'] }),
    expires: z.int().register(z.globalRegistry, { description: 'Epoch milliseconds', examples: [1767225600000] }),
  })
  .register(z.globalRegistry, { id: 'Token' });

/** For applications that know their users already, and log them in by a server of their own. */
export const tokens = [
  route({
    method: 'POST',
    path: '/2.0/tokens',
    summary: 'Issue a token for a user, with the master key; creates the user',
    params: z.object({}),
    body: Body,
    status: 201,
    response: TokenShape,
    strict: 'always',
    access: masterOnly,
    audit: audited('token.mint', ({ body }) => `user/${body.id}`),
    async handle({ app, body, now }) {
      const user = { app: app.id, kind: 'user', id: body.id } as const;
      await ensureProfile(user, now);
      if (body.attributes) await mergeAttributes(user, body.attributes);
      // A JWT knows whole seconds.
      const expires = Math.floor(now / 1000 + body.expiresIn) * 1000;
      const account = await findAccount(app.id, body.id);
      const token = await issueToken(app, user, now, { until: expires, generation: account?.generation });
      return { token, id: body.id, expires };
    },
  }),
];
