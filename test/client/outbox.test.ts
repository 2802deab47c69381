import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ErrorCode, MacawError } from '../../client/src/errors.ts';
import { type Item, Outbox, type OutboxOptions } from '../../client/src/outbox.ts';
import { memoryStorage, type OutboxStorage, textStorage } from '../../client/src/storage.ts';
import type { UploadFile } from '../../client/src/upload.ts';
import { eventually } from '../support/eventually.ts';

/** A server that stores each `cid` once, and fails as it is told. */
class Server {
  readonly stored: Item[] = [];
  /** For the next attempts. `lost`: the message is stored, but the answer is lost. */
  readonly failures: ('unsent' | 'lost' | 'refused' | 'none')[] = [];

  async send(item: Item) {
    const failure = this.failures.shift() ?? 'none';
    await Promise.resolve();
    if (failure === 'unsent') throw new MacawError(ErrorCode.timeout, 'no answer');
    if (failure === 'refused') throw new MacawError(ErrorCode.notFound, 'no such user');
    if (!this.stored.some(({ cid }) => cid === item.cid)) this.stored.push(item);
    if (failure === 'lost') throw new MacawError(ErrorCode.timeout, 'no answer');
    return { id: String(this.stored.findIndex(({ cid }) => cid === item.cid)), ts: 1 };
  }
}

function outbox(server: Server, storage: OutboxStorage, options: Partial<OutboxOptions> = {}) {
  const log = { added: [] as string[], sent: [] as string[], failed: [] as [cid: string, code: number][] };
  const made = new Outbox({
    ...{ storage, limit: 100, pauseMs: () => 0 },
    send: (item) => server.send(item),
    upload: async () => ({ url: 'https://files.example/cat.jpg' }),
    added: ({ cid }) => log.added.push(cid),
    progressed: () => undefined,
    sent: ({ cid }) => log.sent.push(cid),
    failed: ({ cid }, { code }) => log.failed.push([cid, code]),
    storageFailed: () => undefined,
    ...options,
  });
  return { outbox: made, log };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

const message = (cid: string, to = 'jerry') => ({ cid, kind: 'friend', to, media: 'text', body: cid }) as const;

/** What `localStorage` is. */
function texts(initial: [string, string][] = []) {
  const values = new Map(initial);
  return {
    get length() {
      return values.size;
    },
    key: (index: number) => [...values.keys()][index] ?? null,
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  };
}

function withoutSpaceForFiles(): OutboxStorage {
  const storage = memoryStorage();
  return {
    ...storage,
    async save(key, value) {
      if ('file' in Object(value)) throw new Error('QuotaExceededError');
      await storage.save(key, value);
    },
  };
}

/** Sends a file while offline, and starts the app again. */
async function restartedWith(file: UploadFile, server: Server, storage: OutboxStorage) {
  const { body: _, ...unfinished } = message('a');
  const before = outbox(server, storage).outbox;
  await before.open('tom/');
  before.add(unfinished, file);
  await turn();
  before.close();
  const uploaded: UploadFile[] = [];
  const { outbox: after, log } = outbox(server, storage, {
    async upload(file) {
      uploaded.push(file);
      return { url: 'https://files.example/cat.jpg' };
    },
  });
  await after.open('tom/');
  after.resume();
  return { uploaded, log };
}

describe('the outbox', () => {
  it('stores every message once and in order, whatever is lost, cut, or restarted', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const), to: fc.constantFrom('jerry', 'butch') }),
      fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const, 'restart' as const, 'wait' as const) }),
      fc.record({ do: fc.constantFrom('unsent' as const, 'lost' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const [server, storage] = [new Server(), memoryStorage()];
        let current = outbox(server, storage).outbox;
        await current.open('tom/');
        current.resume();
        let failures = 0;
        const added: { cid: string; to: string }[] = [];
        for (const action of steps) {
          if (action.do === 'add') {
            const cid = `m${added.length}`;
            added.push({ cid, to: action.to });
            current.add(message(cid, action.to));
          } else if (action.do === 'restart') {
            // The old process ends: nothing of it counts any more, except what is stored.
            current.close();
            current = outbox(server, storage).outbox;
            await current.open('tom/');
            current.resume();
          } else if (action.do === 'wait') await turn();
          else if (action.do === 'pause') current.pause();
          else if (action.do === 'resume') current.resume();
          else if (failures++ < 9) server.failures.push(action.do);
        }
        server.failures.length = 0;
        current.resume();
        await eventually(() => storage.load('tom/')).toEqual([]);
        for (const to of ['jerry', 'butch']) {
          const sent = server.stored.filter((item) => item.to === to).map(({ cid }) => cid);
          expect(sent).toEqual(added.filter((one) => one.to === to).map(({ cid }) => cid));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('goes on after a refused message, which can be sent again or discarded', async () => {
    const [server, storage] = [new Server(), memoryStorage()];
    const { outbox: box, log } = outbox(server, storage);
    server.failures.push('refused', 'none', 'refused');
    await box.open('tom/');
    box.resume();
    for (const cid of ['a', 'b', 'c']) box.add(message(cid));
    await eventually(() => log.failed).toEqual(['a', 'c'].map((cid) => [cid, ErrorCode.notFound]));
    expect(box.discard('b')).toBe(false);
    expect(box.discard('c')).toBe(true);
    box.retry('a');
    await eventually(() => log.sent).toEqual(['b', 'a']);
    await eventually(() => storage.load('tom/')).toEqual([]);
  });

  it('keeps failed messages across a restart, as failed', async () => {
    const [server, storage] = [new Server(), memoryStorage()];
    server.failures.push('refused');
    const first = outbox(server, storage);
    await first.outbox.open('tom/');
    first.outbox.resume();
    first.outbox.add(message('a'));
    await eventually(() => first.log.failed).toHaveLength(1);
    const second = outbox(server, storage);
    await second.outbox.open('tom/');
    second.outbox.resume();
    expect(second.log).toEqual({ added: ['a'], sent: [], failed: [['a', ErrorCode.notFound]] });
    second.outbox.retry('a');
    await eventually(() => second.log.sent).toEqual(['a']);
  });

  it('gives up after ten failed attempts while online', async () => {
    const server = new Server();
    server.failures.push(...Array.from({ length: 10 }, () => 'unsent' as const));
    const { outbox: box, log } = outbox(server, memoryStorage());
    await box.open('tom/');
    box.resume();
    box.add(message('a'));
    await eventually(() => log.failed).toEqual([['a', ErrorCode.timeout]]);
  });

  it('does not repeat an attempt that the server no longer remembers', async () => {
    const [server, storage] = [new Server(), memoryStorage()];
    const old = { ...message('a'), ts: 1, order: 1, attempted: Date.now() - 24 * 3_600_000 };
    await storage.save('tom/a', old);
    const { outbox: box, log } = outbox(server, storage);
    await box.open('tom/');
    box.resume();
    await eventually(() => log.failed).toEqual([['a', ErrorCode.expired]]);
    expect(server.stored).toEqual([]);
    box.retry('a');
    await eventually(() => log.sent).toEqual(['a']);
  });

  it('refuses more messages than its limit', async () => {
    const { outbox: box } = outbox(new Server(), memoryStorage(), { limit: 1 });
    expect(() => box.add(message('a'))).toThrow(expect.objectContaining({ code: ErrorCode.notLoggedIn }));
    await box.open('tom/');
    box.add(message('a'));
    expect(() => box.add(message('b'))).toThrow(expect.objectContaining({ code: ErrorCode.outboxFull }));
  });

  it('uploads a file after a restart, from a storage that keeps files', async () => {
    const [server, storage] = [new Server(), memoryStorage()];
    const { uploaded, log } = await restartedWith(new File(['meow'], 'cat.jpg'), server, storage);
    await eventually(() => log.sent).toEqual(['a']);
    expect(uploaded).toMatchObject([{ name: 'cat.jpg', size: 4 }]);
    expect(server.stored).toMatchObject([{ cid: 'a', body: 'https://files.example/cat.jpg' }]);
    expect(server.stored[0]).not.toHaveProperty('file');
    expect(await storage.load('tom/')).toEqual([]);
  });

  it('uploads a file of React Native after a restart, because its address is text', async () => {
    const file = { uri: 'file:///cat.jpg', name: 'cat.jpg', type: 'image/jpeg', size: 4 };
    const { uploaded, log } = await restartedWith(file, new Server(), textStorage(texts()));
    await eventually(() => log.sent).toEqual(['a']);
    expect(uploaded).toEqual([file]);
  });

  it.each([
    ['keeps no files', textStorage(texts())],
    ['is too small for the file', withoutSpaceForFiles()],
  ])('says that the file is lost after a restart, when the storage %s', async (_, storage) => {
    const { uploaded, log } = await restartedWith(new Blob(['meow']), new Server(), storage);
    expect(log.failed).toEqual([['a', ErrorCode.fileLost]]);
    expect([uploaded, log.sent]).toEqual([[], []]);
  });

  it('sends although the storage is full, and ignores what is no message', async () => {
    const full = textStorage({
      ...texts([['tom/x', '"something else"']]),
      setItem: () => {
        throw new Error('QuotaExceededError');
      },
    });
    const errors: unknown[] = [];
    const { outbox: box, log } = outbox(new Server(), full, { storageFailed: (error) => errors.push(error) });
    await box.open('tom/');
    box.resume();
    box.add(message('a'));
    await eventually(() => log.sent).toEqual(['a']);
    expect(errors.length).toBeGreaterThan(0);
  });
});
