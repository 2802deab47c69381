import * as z from 'zod/mini';
import { SORT_KEY } from '../shared/constants.ts';
import { appKey, changeApp, table } from './apps.ts';
import { dynamo } from './dynamo.ts';

/** What happens to a message with a banned word: it is refused, the word is replaced by asterisks, or it is listed. */
export const WORD_ACTIONS = ['refuse', 'mask', 'flag'] as const;

/** So that the words fit into one item. */
export const MAX_WORDS = 1000;
export const WORD_LENGTH = 64;

const BannedWord = z.object({ word: z.string(), action: z.enum(WORD_ACTIONS) });
export type BannedWord = z.output<typeof BannedWord>;

const Stored = z._default(z.array(BannedWord), []);

const wordsKey = (app: string) => ({ ...appKey(app), [SORT_KEY]: 'words' });

/** The banned words of an application. */
export async function readBannedWords(app: string): Promise<BannedWord[]> {
  const { Item } = await dynamo.get({ TableName: table, Key: wordsKey(app), ConsistentRead: true });
  return Stored.parse(Item?.words);
}

/**
 * Replaces the banned words of an application. Its settings contain the time of the change, so that functions read the
 * words only when there are new ones.
 * @param now epoch ms
 */
export async function replaceBannedWords(app: string, words: readonly BannedWord[], now: number): Promise<void> {
  await dynamo.put({ TableName: table, Item: { ...wordsKey(app), words } });
  await changeApp(app, { words: words.length > 0 ? now : undefined });
}
