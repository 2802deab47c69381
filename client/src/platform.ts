import type { DatabaseFactory } from './indexed-db.ts';

/** The parts of browsers, React Native and Node.js that the client uses. Each can be missing. */

/** `AppState` of React Native. Pass it to `createClient`. */
export interface AppState {
  readonly currentState: string | null;
  addEventListener(type: 'change', listener: (state: string) => void): { remove(): void };
}

interface EventSource {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

/** The request of browsers and React Native that reports the progress of an upload. */
export interface UploadRequest {
  readonly status: number;
  readonly upload: {
    addEventListener(type: 'progress', listener: (event: { loaded: number; total: number }) => void): void;
  };
  addEventListener(type: 'load' | 'error' | 'abort', listener: () => void): void;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  send(body: unknown): void;
}

/** `localStorage` of browsers. */
export interface TextStorage {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

interface Platform extends Partial<EventSource> {
  readonly document?: EventSource & { readonly visibilityState: string };
  readonly XMLHttpRequest?: new () => UploadRequest;
  readonly localStorage?: TextStorage;
  readonly indexedDB?: DatabaseFactory;
  readonly crypto?: { randomUUID?(): string };
}

export const platform: Platform = globalThis;

/** Calls `listener` when the app goes to the background or returns. @returns a function that ends it */
export function watchVisibility(appState: AppState | undefined, listener: (hidden: boolean) => void): () => void {
  if (appState) {
    const subscription = appState.addEventListener('change', (state) => listener(state === 'background'));
    return () => subscription.remove();
  }
  const { document } = platform;
  return watch(document, { visibilitychange: () => listener(document?.visibilityState === 'hidden') });
}

/** Calls `listener` when the network of the device comes or goes. @returns a function that ends it */
export const watchNetwork = (listener: (available: boolean) => void): (() => void) =>
  watch(platform, { online: () => listener(true), offline: () => listener(false) });

function watch(source: Partial<EventSource> | undefined, listeners: Record<string, () => void>): () => void {
  for (const [type, listener] of Object.entries(listeners)) source?.addEventListener?.(type, listener);
  return () => {
    for (const [type, listener] of Object.entries(listeners)) source?.removeEventListener?.(type, listener);
  };
}

/** Whether the app is in the background now. */
export const isHidden = (appState: AppState | undefined) =>
  appState ? appState.currentState === 'background' : platform.document?.visibilityState === 'hidden';

/** A random id. Pages without TLS and React Native have no `randomUUID`. */
export function randomId(): string {
  const part = () => Math.random().toString(36).slice(2, 12);
  return platform.crypto?.randomUUID?.() ?? part() + part() + part();
}
