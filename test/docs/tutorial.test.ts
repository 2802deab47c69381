import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { macaw } from '../support/macaw.ts';
import { read } from './markdown.ts';

const system = macaw();
/** Next to node_modules, so that imports resolve. */
const FILE = 'test/docs/.tutorial.mjs';
afterAll(() => rmSync(FILE, { force: true }));

it('the client of the tutorial logs in and sends a message', async () => {
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(read('docs/tutorial.md')) ?? [];
  const here = code.replace('http://127.0.0.1:3000', system.cloud.origin);
  expect(here).not.toBe(code);
  // The tutorial keeps the process running; the test stops it after the answer.
  writeFileSync(
    FILE,
    here.replace("console.log('answer', answer)", "{ console.log('answer', answer); process.exit(); }"),
  );
  const { stdout } = await promisify(execFile)('node', [FILE], { timeout: 15_000 });
  expect(stdout).toContain("login { success: true, id: 'spike' }");
  expect(stdout).toMatch(/answer \{\s+success: true/);
});
