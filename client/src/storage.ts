import { platform, type TextStorage } from './platform.ts';

/** Keeps unsent messages across restarts. Values are plain objects. */
export interface OutboxStorage {
  /** The values of all keys with this prefix. */
  load(prefix: string): Promise<unknown[]>;
  save(key: string, value: unknown): Promise<void>;
  remove(key: string): Promise<void>;
  /**
   * Whether values can contain a `Blob`. If not, a file that is not uploaded yet is lost at a restart, and its message
   * fails.
   * @default false
   */
  readonly keepsFiles?: boolean;
}

/** Loses everything at a restart. */
export function memoryStorage(): OutboxStorage {
  const values = new Map<string, unknown>();
  return {
    load: async (prefix) => [...values].filter(([key]) => key.startsWith(prefix)).map(([, value]) => value),
    save: async (key, value) => void values.set(key, value),
    remove: async (key) => void values.delete(key),
    keepsFiles: true,
  };
}

/** `localStorage`, or anything with its methods. It is written at once, so a closed tab loses no text. */
export function textStorage(store: TextStorage): OutboxStorage {
  const keys = () => Array.from({ length: store.length }, (_, n) => store.key(n) ?? '');
  return {
    load: async (prefix) =>
      keys()
        .filter((key) => key.startsWith(prefix))
        .map((key) => JSON.parse(store.getItem(key) ?? 'null')),
    save: async (key, value) => store.setItem(key, JSON.stringify(value)),
    remove: async (key) => store.removeItem(key),
  };
}

/** The methods of `AsyncStorage` of React Native that the outbox needs. */
export interface AsyncTextStorage {
  getAllKeys(): Promise<readonly string[]>;
  getItem(key: string): Promise<string | null>;
  setItem(key: string, value: string): Promise<void>;
  removeItem(key: string): Promise<void>;
}

/** `AsyncStorage` of React Native. */
export function asyncStorage(store: AsyncTextStorage): OutboxStorage {
  return {
    async load(prefix) {
      const keys = (await store.getAllKeys()).filter((key) => key.startsWith(prefix));
      return Promise.all(keys.map(async (key) => JSON.parse((await store.getItem(key)) ?? 'null')));
    },
    save: (key, value) => store.setItem(key, JSON.stringify(value)),
    remove: (key) => store.removeItem(key),
  };
}

/** `localStorage` where there is one, else memory. */
export function defaultStorage(): OutboxStorage {
  try {
    return platform.localStorage ? textStorage(platform.localStorage) : memoryStorage();
  } catch {
    // Browsers can forbid it.
    return memoryStorage();
  }
}
