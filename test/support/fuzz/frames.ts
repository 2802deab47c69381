import { CLIENT_EVENTS } from '../../../functions/chat/client-events.ts';
import { BAD_FRAMES } from '../../protocol/bad-frames.ts';
import type { Dice } from '../dice.ts';
import { mutateJson, mutateText } from './mutate.ts';
import type { Vocabulary } from './vocabulary.ts';

/** The argument of an event, by grammar. */
function argument(dice: Dice, words: Vocabulary, name: string): unknown {
  const to = { id: words.id(), type: dice.below(6) };
  const content = { media: dice.below(5), body: dice.one(['hi', '👍', words.id(), 'x'.repeat(2000)]) };
  const cid = dice.chance(0.3) ? { cid: words.id().slice(0, 64) } : {};
  const more = dice.chance(0.3)
    ? { remark: 'r', reply: words.messageId(), mentions: dice.one<unknown>(['all', [words.id()]]), receipt: true }
    : {};
  switch (name) {
    case 'say':
      return { to, content, ...cid, ...more };
    case 'read':
      return { to, upTo: words.messageId() };
    case 'signal':
      return { to, name: 'typing', data: { any: [1, null] } };
    default:
      return { to, id: words.messageId(), content, reaction: '👍', remove: dice.chance(0.3) };
  }
}

/** One frame of Engine.IO: valid, with wrong values, or with wrong characters. */
export function fuzzedFrame(dice: Dice, words: Vocabulary): string {
  const kind = dice.next();
  if (kind < 0.05) return dice.one(BAD_FRAMES)[1];
  if (kind < 0.12)
    return dice.one(['2', '3', '2probe', '5', '6', '40', '40/chat,', '40/other,{"a":1}', '43/chat,1["x"]']);
  const name = dice.chance(0.95) ? dice.one(Object.keys(CLIENT_EVENTS)) : dice.one(['login', 'toString', 'message']);
  const valid = argument(dice, words, name);
  const value = dice.chance(0.5) ? mutateJson(dice, valid) : valid;
  const packet = JSON.stringify(dice.chance(0.95) ? [name, value] : [name, value, value]);
  const frame = `42/chat,${dice.chance(0.8) ? dice.below(1000) : ''}${packet}`;
  return dice.chance(0.3) ? mutateText(dice, frame) : frame;
}
