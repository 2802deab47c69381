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

/** What accounts have had since the first version. Sessions, which are in the same table, got it later. */
const OF_EACH_ACCOUNT = ['generation', 'created'];

/** The tables whose items change to other shapes, by a part of their names. */
export const AGED_TABLES = Object.keys(LATER);

/** An item as an earlier or later version stores it: without attributes, or with an unknown one. */
export function otherShape(dice: Dice, table: string, item: Item): Item {
  const later = (LATER[table] ?? []).filter(
    (name) => name in item && !(item.sk === 'account' && OF_EACH_ACCOUNT.includes(name)),
  );
  const removed = new Set(later.length > 0 ? [dice.one(later), dice.one(later)] : []);
  const kept = Object.entries(item).filter(([name]) => !removed.has(name));
  return Object.fromEntries(dice.chance(0.5) ? [...kept, ['unknown', storable(dice)]] : kept);
}
