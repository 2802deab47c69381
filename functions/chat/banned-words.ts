import { logger } from '../observe/logger.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import type { Type } from '../shared/wire.ts';
import { type App, findApp } from '../store/apps.ts';
import { readBannedWords } from '../store/banned-words.ts';
import { storeFlagged } from '../store/flagged.ts';
import type { Readable } from '../store/stored-message.ts';
import { simplifiedCharacters } from './simplified.ts';
import { mask, WordList } from './word-list.ts';

/** The words of each application, by the time of their last change. */
const known = new Map<string, { readonly changed: number; readonly list: WordList }>();

async function wordsOf({ id, words: changed }: App): Promise<WordList | undefined> {
  if (changed === undefined) return undefined;
  const cached = known.get(id);
  if (cached?.changed === changed) return cached.list;
  const list = new WordList(await readBannedWords(id), simplifiedCharacters());
  known.set(id, { changed, list });
  return list;
}

/** The texts of a message that people read: its own, if it is text, and those of its push. */
interface Texts {
  readonly content: Readable['content'];
  readonly push?: object | null | undefined;
}

/** The texts of a push that the sender chooses. */
const PUSH_TEXTS = ['prefix', 'suffix', 'overwrite'] as const;

/**
 * Applies the banned words of an application to a message: masks them, and notes those that flag the message. Takes no
 * call, unless the words are new to this instance.
 * @param what the name of the message in errors, for instance `say`
 * @throws ChatError 5001 for a word that is refused
 */
export async function applyBannedWords<T extends Texts>(
  app: string,
  message: T,
  what: string,
): Promise<T & { readonly flagged: readonly string[] }> {
  const settings = await findApp(app);
  const list = settings && (await wordsOf(settings));
  if (!list) return { ...message, flagged: [] };
  const flagged = new Set<string>();
  const clean = (text: string, name: string): string => {
    const found = list.find(text);
    if (found.some(({ action }) => action === 'refuse')) {
      throw new ChatError(ERROR.badParameter, `${what}.${name}: contains a word that the application does not allow`);
    }
    for (const { action, word } of found) if (action === 'flag') flagged.add(word);
    return mask(
      text,
      found.filter(({ action }) => action === 'mask'),
    );
  };
  const { content, push } = message;
  const body = content.media === 0 ? clean(content.body, 'content.body') : content.body;
  const texts = Object.entries(push ?? {}).filter(([name]) => PUSH_TEXTS.some((text) => text === name));
  const pushTexts = Object.fromEntries(
    texts.map(([name, text]) => [name, typeof text === 'string' ? clean(text, `push.${name}`) : text]),
  );
  return {
    ...message,
    content: { ...content, body },
    ...(push && { push: { ...push, ...pushTexts } }),
    flagged: [...flagged],
  };
}

/** Lists a message with flagged words for the operator. Never rejects, because the message is stored. */
export async function flagMessage(
  { app, id, kind }: Principal,
  { to, flagged }: { readonly to: { readonly id: string; readonly type: Type }; readonly flagged: readonly string[] },
  message: Readable,
): Promise<void> {
  if (flagged.length === 0) return;
  const { id: messageId, content } = message;
  const entry = { id: messageId, speaker: { id, kind }, to, body: content.body, words: [...flagged] };
  await storeFlagged(app, entry).catch((error) => logger.error('Message not flagged', { error }));
}
