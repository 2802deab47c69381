import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { commandsOf, markdownFiles, read } from './markdown.ts';

const run = promisify(execFile);

const documents = markdownFiles().map((file) => ({ file, text: read(file) }));
const commands = [...new Set(documents.flatMap(({ text }) => commandsOf(text)))];
const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync('package.json', 'utf8'));

describe('an npm script in the documentation', () => {
  const named = new Set(
    documents.flatMap(({ text }) => [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name)),
  );

  it.each([...named])('exists: %s', (name) => {
    expect(Object.keys(scripts)).toContain(name);
  });

  const withOptions = commands.flatMap((command) => {
    const [, name = '', options = ''] = /^npm (?:run )?([\w:]+) -- (.*)$/.exec(command) ?? [];
    return name === '' || name === 'macaw' ? [] : [[command, name, options] as const];
  });

  it.each(withOptions)('has the options of: %s', (_, name, options) => {
    const [entry = ''] = /[\w/]+\.ts/.exec(scripts[name] ?? '') ?? [];
    const source = readFileSync(entry, 'utf8');
    for (const [, option] of options.matchAll(/--(\w+)/g))
      expect(source).toMatch(new RegExp(`\\b${option}: \\{|'--${option}'`));
  });
});

describe("an operator's command in the documentation", () => {
  const macaw = commands.filter((command) => command.startsWith('npm run macaw -- '));
  const secrets = ['MACAW_KEY', 'MACAW_CLIENT_KEY', 'MACAW_MASTER_KEY', 'MACAW_P12_PASSWORD'];
  const variables = Object.fromEntries(secrets.map((name) => [name, 'a-secret-of-some-length']));

  it('is found', () => expect(macaw.length).toBeGreaterThan(15));

  // Exit code 2 means invalid arguments. Nothing listens on the port, so a valid command fails with 1.
  it.concurrent.each(macaw)('is accepted: %s', { timeout: 60_000 }, async (command) => {
    const line = command
      .replace('npm run macaw --', 'exec node --import tsx scripts/operator/main.ts')
      .replaceAll('…', '');
    const env = { ...process.env, ...variables, APP: 'my-app', URL: 'http://127.0.0.1:9' };
    const outcome = await run('bash', ['-c', `${line} --local http://127.0.0.1:9 < /dev/null`], { env }).catch(
      (error) => error,
    );
    expect({ code: outcome.code ?? 0, text: outcome.code === 2 ? outcome.stderr : '' }).toEqual({
      code: outcome.code === 1 ? 1 : 0,
      text: '',
    });
  });
});

describe('a command of the CDK in the documentation', () => {
  const cdk = documents.flatMap(({ text }) =>
    [...text.replaceAll(/\\\n\s+/g, '').matchAll(/npx cdk ([a-z]+)([^`\n#]*)/g)].map(([, name = '', rest = '']) => ({
      name,
      options: [...rest.matchAll(/--[a-z-]+/g)].map(([option]) => option),
    })),
  );
  const names = [...new Set(cdk.map(({ name }) => name))];

  it.each(names)('has the documented options: cdk %s', { timeout: 60_000 }, async (name) => {
    const { stdout } = await run('node_modules/.bin/cdk', [name, '--help']);
    const known = new Set(stdout.match(/--[a-z-]+/g));
    const options = cdk.filter((command) => command.name === name).flatMap((command) => command.options);
    expect(options.filter((option) => !known.has(option))).toEqual([]);
  });
});
