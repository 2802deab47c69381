import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Sandbox } from '../../local/lambda/sandbox.ts';

/** The result of a function in a new execution environment. */
async function result(taskRoot: string): Promise<unknown> {
  const sandbox = new Sandbox({
    taskRoot,
    handler: 'index.handler',
    environment: {},
    memoryMb: 128,
    context: {},
    onOutput: () => {},
  });
  try {
    expect(await sandbox.started).toBeUndefined();
    await sandbox.invoke('{}', 'first', 5000);
    // By now, the compiled code has arrived.
    return await sandbox.invoke('{}', 'second', 5000);
  } finally {
    await sandbox.stop();
  }
}

it('the code of a bundle that changed is compiled again, also when its length is the same', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'macaw-sandbox-'));
  const write = (text: string) =>
    writeFileSync(join(directory, 'index.cjs'), `exports.handler = async () => (() => '${text}')();`);
  write('AAA');
  expect(await result(directory)).toEqual({ ok: true, payload: '"AAA"' });
  expect(await result(directory)).toEqual({ ok: true, payload: '"AAA"' });
  write('BBB');
  expect(await result(directory)).toEqual({ ok: true, payload: '"BBB"' });
  rmSync(directory, { recursive: true });
});
