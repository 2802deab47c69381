import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { commandsOf, markdownFiles, read } from '../docs/markdown.ts';
import { run as operate } from '../operator/command.ts';

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
    for (const [, option] of options.matchAll(/--([\w-]+)/g))
      expect(source).toMatch(new RegExp(`\\b${option}'?: \\{|'--${option}'`));
  });
});

describe("an operator's command in the documentation", () => {
  const macaw = commands.filter((command) => command.startsWith('npm run macaw -- '));
  const secrets = ['MACAW_KEY', 'MACAW_CLIENT_KEY', 'MACAW_MASTER_KEY', 'MACAW_P12_PASSWORD'];
  const variables = Object.fromEntries(secrets.map((name) => [name, 'a-secret-of-some-length']));

  it('is found', () => expect(macaw.length).toBeGreaterThan(15));

  // Exit code 2 is for a wrong command line. Nothing listens at the port, so a right one fails with 1, unless it asks for a
  // confirmation first.
  it.each(macaw)('is accepted: %s', async (command) => {
    const args = await wordsOf(command.replace('npm run macaw --', '').replaceAll('…', ''));
    const { code, err } = await operate([...args, '--local', 'http://127.0.0.1:9'], { env: variables });
    expect(err.includes('confirm with --yes') || [0, 1].includes(code), err).toBe(true);
  });

  /** The words of a command line, as a shell reads them. */
  async function wordsOf(line: string): Promise<string[]> {
    const env = { ...variables, APP: 'my-app', ID: '0b6f5c9e', URL: 'http://127.0.0.1:9' };
    const { stdout } = await run('bash', ['-c', `printf '%s\\0' ${line}`], { env });
    return stdout.split('\0').slice(0, -1);
  }
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
