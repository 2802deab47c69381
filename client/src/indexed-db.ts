import { platform } from './platform.ts';
import type { OutboxStorage } from './storage.ts';

/** The parts of IndexedDB that the outbox needs. */
interface Request<T> {
  readonly result: T;
  readonly error: unknown;
  addEventListener(type: string, listener: () => void): void;
}

interface ObjectStore {
  getAllKeys(): Request<unknown[]>;
  getAll(): Request<unknown[]>;
  put(value: unknown, key: string): Request<unknown>;
  delete(key: string): Request<unknown>;
}

interface Database {
  createObjectStore(name: string): unknown;
  transaction(store: string, mode: 'readonly' | 'readwrite'): { objectStore(name: string): ObjectStore };
}

/** `indexedDB` of browsers and workers. */
export interface DatabaseFactory {
  open(name: string, version: number): Request<Database>;
}

const STORE = 'outbox';

/** IndexedDB, which workers have too. It keeps files until they are uploaded. */
export function indexedDbStorage(name = 'macaw', factory = platform.indexedDB): OutboxStorage {
  if (!factory) throw new Error('indexedDbStorage: this platform has no IndexedDB');
  let opened: Promise<Database> | undefined;
  const store = async (mode: 'readonly' | 'readwrite') => {
    opened ??= open(factory, name);
    return (await opened).transaction(STORE, mode).objectStore(STORE);
  };
  return {
    async load(prefix) {
      const read = await store('readonly');
      const [keys, values] = await Promise.all([done(read.getAllKeys()), done(read.getAll())]);
      return values.filter((_, n) => String(keys[n]).startsWith(prefix));
    },
    async save(key, value) {
      await done((await store('readwrite')).put(value, key));
    },
    async remove(key) {
      await done((await store('readwrite')).delete(key));
    },
    keepsFiles: true,
  };
}

function open(factory: DatabaseFactory, name: string): Promise<Database> {
  const request = factory.open(name, 1);
  request.addEventListener('upgradeneeded', () => request.result.createObjectStore(STORE));
  return done(request);
}

function done<T>(request: Request<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });
}
