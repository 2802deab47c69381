import type { Message } from './model.ts';

/** Rules of a list of messages: sorted by id, each once, unsent ones at the end in the order of the outbox. */

/** Adds or replaces messages. A sent message replaces the unsent one with its `cid`. */
export function merge(list: readonly Message[], incoming: readonly Message[]): readonly Message[] {
  const known = new Map(list.flatMap((message) => (message.id === undefined ? [] : [[message.id, message]])));
  const fresh = new Map<string, Message>();
  for (const message of incoming) {
    const old = known.get(message.id ?? '');
    if (!old || isChanged(old, message)) fresh.set(message.id ?? message.key, message);
  }
  if (fresh.size === 0) return list;
  const replaced = new Set([...fresh.values()].map(({ key }) => key));
  const kept = list.filter(({ id, key }) => (id === undefined ? !replaced.has(key) : !fresh.has(id)));
  return [...kept, ...fresh.values()].sort(compare);
}

/** Whether a message has changes that an older state of it has not. */
export const isChanged = (old: Message, now: Message | undefined): boolean =>
  now?.id === old.id && CHANGES.some((name) => (now?.[name] ?? 0) > (old[name] ?? 0));

const CHANGES = ['edited', 'recalled', 'reacted'] as const;

/** Changes the unsent message with this key, at its place. */
export function replace(list: readonly Message[], message: Message): readonly Message[] {
  return list.map((old) => (old.id === undefined && old.key === message.key ? message : old));
}

export const remove = (list: readonly Message[], key: string): readonly Message[] =>
  list.filter((message) => message.id !== undefined || message.key !== key);

/** Array.prototype.sort is stable, so unsent messages keep their order. */
function compare({ id: a }: Message, { id: b }: Message): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return a < b ? -1 : 1;
}

/** Drops the oldest messages above a limit. Unsent messages always stay. */
export function bounded(list: readonly Message[], limit: number): readonly Message[] {
  return list.length <= limit ? list : list.filter(({ id }, n) => id === undefined || n >= list.length - limit);
}
