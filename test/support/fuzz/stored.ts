import type { Dice } from '../dice.ts';
import { storable } from './mutate.ts';

type Item = Readonly<Record<string, unknown>>;

/** Attributes that items of earlier versions can lack. */
const LATER: Readonly<Record<string, readonly string[]>> = {
  Core: [
    ...['attributes', 'version', 'receipts', 'friends', 'counted', 'admins', 'mutes', 'deleted', 'ban', 'received'],
    ...['badge', 'updated', 'deviceType', 'environment', 'boundTo', 'preview', 'quiet', 'closed', 'noticed', 'gid'],
  ],
  Messages: [
    ...['message', 'receipt', 'changed', 'recalled', 'all', 'allBy', 'reply', 'mentions', 'cid', 'edited', 'reacted'],
    ...['reactions', 'remark', 'push', 'from', 'last', 'w0', 'w1'],
  ],
  Accounts: ['logins', 'fields', 'sharesEmail', 'generation', 'created', 'used', 'install', 'signed', 'ended'],
  Connections: ['background', 'announced', 'answered', 'pinged', 'closed', 'since', 'device'],
};

/** The tables whose items change to other shapes, by a part of their names. */
export const AGED_TABLES = Object.keys(LATER);

/** An item as an earlier or later version stores it: without attributes, or with an unknown one. */
export function otherShape(dice: Dice, table: string, item: Item): Item {
  const later = (LATER[table] ?? []).filter((name) => name in item);
  const removed = new Set(later.length > 0 ? [dice.one(later), dice.one(later)] : []);
  const kept = Object.entries(item).filter(([name]) => !removed.has(name));
  return Object.fromEntries(dice.chance(0.5) ? [...kept, ['unknown', storable(dice)]] : kept);
}
