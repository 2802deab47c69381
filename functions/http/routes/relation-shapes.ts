import * as z from 'zod/mini';

/** Response schemas of the function `relations`. */

const ts = z.int().register(z.globalRegistry, { description: 'Epoch milliseconds', examples: [1767225600000] });
const user = z.string().register(z.globalRegistry, { examples: ['tom'] });

export const BlocksShape = z.array(z.object({ id: user, ts }).register(z.globalRegistry, { id: 'Block' }));

export const RequestsShape = z.array(
  z
    .object({
      type: z.literal([0, 1]).register(z.globalRegistry, { description: '0 a friendship, 1 an invitation to a group' }),
      from: z.string().register(z.globalRegistry, { description: 'The user who asks', examples: ['tom'] }),
      to: z.string().register(z.globalRegistry, { description: 'The user who answers', examples: ['jerry'] }),
      gid: z.optional(z.string()).register(z.globalRegistry, { description: 'The group' }),
      ts,
      expires: ts,
    })
    .register(z.globalRegistry, { id: 'RelationRequest' }),
);

export const ConversationSettingsShape = z
  .object({
    muted: z.boolean().register(z.globalRegistry, { description: 'Only mentions are pushed' }),
    pinned: z.boolean().register(z.globalRegistry, { description: 'The conversation comes first in lists' }),
  })
  .register(z.globalRegistry, { id: 'ConversationSettings' });
