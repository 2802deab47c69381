import * as z from 'zod/mini';
import { AUDIT_ID, AUDITED, auditLog } from '../../store/audit.ts';
import { masterOnly } from '../access.ts';
import { limit } from '../parameters.ts';
import { route } from '../route.ts';

const AuditShape = z
  .object({
    entries: z.array(
      z.object({
        id: z.string(),
        time: z.int().register(z.globalRegistry, { description: 'Epoch milliseconds', examples: [1767225600000] }),
        action: z.enum(AUDITED),
        object: z.string().register(z.globalRegistry, { description: 'What it was about', examples: ['user/tom'] }),
        address: z
          .optional(z.string())
          .register(z.globalRegistry, { description: 'The network address of the request' }),
      }),
    ),
    cursor: z
      .optional(z.string())
      .register(z.globalRegistry, { description: 'For the next page. Missing on the last page' }),
  })
  .register(z.globalRegistry, { id: 'AuditLog' });

export const audit = route({
  method: 'GET',
  path: '/audit',
  summary: 'List what was done with the master key, the latest first; kept for 400 days',
  params: z.object({}),
  query: z.object({
    limit: limit(50, 200),
    cursor: z
      .optional(z.string().check(z.regex(AUDIT_ID, 'expected the `cursor` of a page')))
      .register(z.globalRegistry, { description: 'The `cursor` of the page before' }),
  }),
  status: 200,
  response: AuditShape,
  strict: 'always',
  access: masterOnly,
  async handle({ app, query }) {
    const { entries, next } = await auditLog(app.id, { before: query.cursor, limit: query.limit });
    return { entries, ...(next !== undefined && { cursor: next }) };
  },
});
