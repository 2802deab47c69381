import * as z from 'zod/mini';
import { MAX_WORDS, readBannedWords, replaceBannedWords, WORD_ACTIONS, WORD_LENGTH } from '../../store/banned-words.ts';
import { masterOnly } from '../access.ts';
import { audited } from '../audit.ts';
import { route } from '../route.ts';

const Words = z
  .object({
    words: z
      .array(
        z.object({
          word: z
            .string()
            .check(
              z.trim(),
              z.minLength(1),
              z.maxLength(WORD_LENGTH),
              z.regex(/[\p{L}\p{N}\p{S}]/u, 'expected at least one letter, digit or symbol'),
            ),
          action: z.enum(WORD_ACTIONS).register(z.globalRegistry, {
            description:
              'refuse: the message is refused. mask: asterisks replace the word. flag: the message is listed',
          }),
        }),
      )
      .check(z.maxLength(MAX_WORDS)),
  })
  .register(z.globalRegistry, {
    id: 'BannedWords',
    description:
      'Width, case, invisible characters, and traditional or simplified Chinese make no difference. Of equal words, the first counts',
    examples: [{ words: [{ word: 'casino', action: 'flag' }] }],
  });

const common = {
  path: '/words',
  params: z.object({}),
  status: 200,
  response: Words,
  strict: 'always',
  access: masterOnly,
} as const;

export const bannedWords = [
  route({
    ...common,
    method: 'GET',
    summary: 'List the banned words of the application',
    handle: async ({ app }) => ({ words: await readBannedWords(app.id) }),
  }),

  route({
    ...common,
    method: 'PUT',
    summary: 'Replace the banned words of the application; effective everywhere within a minute',
    body: Words,
    audit: audited('words.change', ({ body }) => `${body.words.length} words`),
    async handle({ app, body, now }) {
      await replaceBannedWords(app.id, body.words, now);
      return body;
    },
  }),
];
