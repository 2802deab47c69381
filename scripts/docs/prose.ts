import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { TextlintKernel, type TextlintPluginCreator } from '@textlint/kernel';
import wordCount from 'textlint-rule-en-max-word-count';
import terminology from 'textlint-rule-terminology';
import * as z from 'zod/mini';

/** Maximum length of a prose line. Tables and code may be longer. */
const LINE_COLUMNS = 160;

const Config = z.object({ rules: z.record(z.string(), z.record(z.string(), z.unknown())) });
const { rules } = Config.parse(JSON.parse(readFileSync(new URL('../../.textlintrc.json', import.meta.url), 'utf8')));

// A CommonJS module whose `default` Node.js does not unwrap.
const markdown: { default: TextlintPluginCreator } = createRequire(import.meta.url)(
  '@textlint/textlint-plugin-markdown',
);

const kernel = new TextlintKernel();
const options = {
  ext: '.md',
  plugins: [{ pluginId: '@textlint/markdown', plugin: markdown.default }],
  rules: [
    { ruleId: 'en-max-word-count', rule: wordCount, options: rules['en-max-word-count'] ?? {} },
    { ruleId: 'terminology', rule: terminology, options: rules.terminology ?? {} },
  ],
};

/** Checks Markdown against the prose rules. @returns one line per problem: `12:3 what is wrong` */
export async function checkProse(text: string): Promise<string[]> {
  const { messages } = await kernel.lintText(text, options);
  return [
    ...messages.map(({ line, column, message }) => `${line}:${column} ${message.split('\n', 1)[0]}`),
    ...longLines(text),
  ];
}

function longLines(text: string): string[] {
  let code = false;
  return text.split('\n').flatMap((line, n) => {
    if (line.trimStart().startsWith('```')) code = !code;
    const prose = !code && !/^( {4,}|\|)/.test(line);
    return prose && line.length > LINE_COLUMNS
      ? [`${n + 1}:${LINE_COLUMNS} The line has ${line.length} columns; at most ${LINE_COLUMNS} are allowed`]
      : [];
  });
}
