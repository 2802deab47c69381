import { CLIENT_EVENTS } from '../../../functions/chat/client-events.ts';
import { BAD_FRAMES } from '../../protocol/bad-frames.ts';
import type { Dice } from '../dice.ts';
import type { Generation } from './generations.ts';
import { mutateBytes, mutateJson, mutateText } from './mutate.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface FuzzedFrame {
  readonly data: string | Buffer;
  /** The number in the acknowledgement that the server owes, unless it closes the connection. */
  readonly ack?: number;
}

let acks = 0;

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

/** One frame of a client: valid, with wrong values, or with wrong characters or bytes. */
export function fuzzedFrame(dice: Dice, words: Vocabulary, generation: Generation): FuzzedFrame {
  const kind = dice.next();
  if (kind < 0.04) return { data: dice.one(BAD_FRAMES)[1] };
  if (kind < 0.12) return { data: dice.one([...generation.frames, generation.join('{}')]) };
  const name = dice.chance(0.95) ? dice.one(Object.keys(CLIENT_EVENTS)) : dice.one(['login', 'toString', 'message']);
  const valid = argument(dice, words, name);
  const value = dice.chance(0.5) ? mutateJson(dice, valid) : valid;
  const packet = JSON.stringify(dice.chance(0.95) ? [name, value] : [name, value, value]);
  const ack = dice.chance(0.8) ? ++acks : undefined;
  const frame = `42/chat,${ack ?? ''}${packet}`;
  const broken = dice.next();
  if (broken < 0.12) return { data: mutateText(dice, frame) };
  if (broken < 0.14) return { data: mutateBytes(dice, Buffer.from(frame)) };
  return { data: frame, ...(ack !== undefined && { ack }) };
}

/** The text of a frame, for a payload of long-polling. */
export const fuzzedPacket = (dice: Dice, words: Vocabulary, generation: Generation): string =>
  String(fuzzedFrame(dice, words, generation).data);
