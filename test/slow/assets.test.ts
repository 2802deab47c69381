import { gzipSync } from 'node:zlib';
import { App, Stack } from 'aws-cdk-lib';
import { expect, it } from 'vitest';
import { MacawFunction } from '../../lib/macaw-function.ts';
import { buildPage } from '../../pages/build.ts';

const app = new App();
let stacks = 0;

/** The asset path of a function with these additional files. */
function uploadedTo(files: Record<string, string>): unknown {
  const stack = new Stack(app, `Stack${++stacks}`);
  const buffers = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]));
  new MacawFunction(stack, 'Pages', { handlerFile: 'pages', description: 'For this test', files: buffers });
  const resources: Record<string, { Properties: { Code?: { S3Key?: string } } }> = app
    .synth({ force: true })
    .getStackByName(stack.stackName).template.Resources;
  return Object.values(resources).flatMap(({ Properties }) => Properties.Code?.S3Key ?? [])[0];
}

it('a function is deployed again when a file beside its code changes, and only then', () => {
  const key = uploadedTo({ 'a.txt': 'one', 'b.txt': 'two' });
  expect(uploadedTo({ 'a.txt': 'one', 'b.txt': 'two' })).toBe(key);
  const others = [{ 'a.txt': 'two', 'b.txt': 'two' }, { 'a.txt': 'one' }, { 'a.txt': 'one', 'c.txt': 'two' }, {}];
  expect(new Set([key, ...others.map(uploadedTo)]).size).toBe(others.length + 1);
}, 60_000);

it.each([
  // 107 and 220 KB at the time of writing.
  ['chat', 130],
  ['console', 260],
])('the %s page is small, and loads nothing from other hosts or from inside its HTML', (name, kilobytes) => {
  const page = buildPage(name, '');
  const html = String(page[`/${name}`]?.content);
  expect(html).not.toMatch(/<style|<script(?![^>]* src=)|\son\w+=|\sstyle=|https?:/);
  const bytes = Object.values(page).reduce((sum, { content }) => sum + gzipSync(content).length, 0);
  expect(bytes).toBeLessThan(kilobytes * 1024);
});
