import type { Kind } from 'macaw-client';
import { useSyncExternalStore } from 'react';

/** The conversation on display is part of the address, such as `#friend/tom`. So the browser's Back button works. */
export interface Selection {
  readonly kind: Kind;
  readonly id: string;
}

const KINDS: readonly Kind[] = ['friend', 'stranger', 'visitor', 'group', 'room'];

export const addressOf = ({ kind, id }: Selection) => `#${kind}/${id}`;

export const select = (selection: Selection) => {
  location.hash = addressOf(selection);
};

export const unselect = () => {
  history.pushState(undefined, '', location.pathname);
  window.dispatchEvent(new Event('hashchange'));
};

export function useSelection(): Selection | undefined {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  const [name, id] = hash.slice(1).split('/');
  const kind = KINDS.find((one) => one === name);
  return kind && id ? { kind, id } : undefined;
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  window.addEventListener('popstate', listener);
  return () => {
    window.removeEventListener('hashchange', listener);
    window.removeEventListener('popstate', listener);
  };
}
