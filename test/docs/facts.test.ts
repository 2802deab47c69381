import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ACCOUNT_ERROR } from '../../functions/accounts/errors.ts';
import { STATUS } from '../../functions/http/status.ts';
import { METRIC } from '../../functions/shared/constants.ts';
import { ERROR } from '../../functions/shared/errors.ts';
import { AppSettings, NEW_APP } from '../../functions/store/app-settings.ts';
import { PRICE } from '../../lib/prices.ts';
import { markdownFiles, read } from './markdown.ts';

describe('errors.md', () => {
  const errors = read('docs/reference/errors.md');

  it.each(Object.values(ERROR))('has %i with its HTTP status', (code) => {
    expect(errors).toMatch(new RegExp(`^\\| ${code} \\| [\\d, ]*${STATUS[code]}`, 'm'));
  });

  it.each(Object.values(ACCOUNT_ERROR))('has the account error %i', (code) => {
    expect(errors).toContain(`\n| ${code} | `);
  });
});

it('metrics.md lists all metrics', () => {
  const metrics = read('docs/reference/metrics.md');
  expect(Object.values(METRIC).filter((name) => !metrics.includes(`\`${name}\``))).toEqual([]);
});

it('cli.md lists all settings of an application, with the defaults of a new one', () => {
  const cli = read('docs/reference/cli.md');
  for (const [name, value] of Object.entries(AppSettings.parse(NEW_APP))) {
    if (typeof value === 'object') expect(cli).toMatch(new RegExp(`^\\| \`${name}[.\`]`, 'm'));
    else expect(cli).toMatch(new RegExp(`^\\| \`${name}\` \\| \`?${value}\`? \\|`, 'm'));
  }
});

it('log messages in the documentation are those of the functions', () => {
  const logged = execFileSync('git', ['grep', '-hoE', "logger\\.\\w+\\('[^']+'", '--', 'functions'], {
    encoding: 'utf8',
  });
  const named = markdownFiles()
    .filter((file) => file.startsWith('docs/how-to/'))
    .flatMap((file) => [...read(file).matchAll(/message (?:= |in \[)((?:"[^"]+"(?:, )?)+)/g)])
    .flatMap(([, list = '']) => [...list.matchAll(/"([^"]+)"/g)].map(([, message = '']) => message));
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((message) => !logged.includes(`'${message}'`))).toEqual([]);
});

it('the decision on webhooks has the cost of an event at the prices', () => {
  const decision = read('docs/decisions/0047-webhooks-from-streams.md');
  const request = PRICE.invocation + (0.02 * 0.5 + 0.1 * (192 / 1024)) * PRICE.compute;
  const rows = [...decision.matchAll(/^\| ([\d.]+) \| ([\d.]+) \|$/gm)];
  expect(rows.length).toBe(5);
  for (const [, events, usd] of rows) expect((request * 1e6) / Number(events)).toBeCloseTo(Number(usd), 2);
});
