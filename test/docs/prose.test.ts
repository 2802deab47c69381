import { describe, expect, it } from 'vitest';
import { checkProse } from '../../scripts/docs/prose.ts';

// `npm run check:prose` checks the documents themselves.
describe('the prose check', () => {
  it.each([
    ['a sentence of 26 words', `${'word '.repeat(25)}word.`, 'maximum word count'],
    ['a user who is "he"', 'A user reads what he wrote.', '“they”'],
    ['a user and "his" data in a table', '| a |\n|---|\n| his data |', '“their”'],
    ['"him" in a heading', '# Messages for him', '“them”'],
    ['a term in another spelling', 'Open the web-site.', '“site”'],
    ['a line of 161 columns', `${'word. '.repeat(26)}word.`, 'columns'],
  ])('fails for %s', async (_, text, problem) => {
    expect((await checkProse(text)).join('\n')).toContain(problem);
  });

  it.each([
    ['a sentence of 25 words', `${'word '.repeat(24)}word.`],
    ['code', 'Use `his.name` here.\n\n    he said\n\n```ts\nconst him = 1;\n```'],
    ['a long row of a table', `| ${'word. '.repeat(40)} |\n|---|\n| a |`],
  ])('passes for %s', async (_, text) => {
    expect(await checkProse(text)).toEqual([]);
  });
});
