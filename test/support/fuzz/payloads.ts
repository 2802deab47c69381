import { type Eio, encodePayload } from '../../../functions/protocol/index.ts';
import type { Dice } from '../dice.ts';
import { mutateBytes, mutateText } from './mutate.ts';

export interface FuzzedPayload {
  readonly body: string | Buffer;
  readonly type: string;
}

const TEXT = 'text/plain;charset=UTF-8';
const OCTETS = 'application/octet-stream';

/** Packets in the binary encoding of revision 3: 0 for text or 1 for bytes, the digits of the length, 255, the data. */
function binary(dice: Dice, packets: readonly string[]): Buffer {
  return Buffer.concat(
    packets.flatMap((packet) => {
      const data = Buffer.from(packet);
      const digits = [...String(data.length)].map(Number);
      return [Buffer.from([dice.below(2), ...digits, 255]), data];
    }),
  );
}

/** The body of a request that posts packets: in each encoding of the revision, or with wrong characters or bytes. */
export function fuzzedPayload(dice: Dice, eio: Eio, packets: readonly string[]): FuzzedPayload {
  const way = dice.next();
  if (eio === 3 && way < 0.25) {
    const body = binary(dice, packets);
    return { body: dice.chance(0.5) ? mutateBytes(dice, body) : body, type: OCTETS };
  }
  const valid = encodePayload(eio, packets);
  // Browsers without XMLHttpRequest post a form.
  if (way < 0.3)
    return { body: `d=${encodeURIComponent(valid.toWellFormed())}`, type: 'application/x-www-form-urlencoded' };
  if (way < 0.6) return { body: mutateText(dice, valid), type: TEXT };
  if (way < 0.65) return { body: mutateBytes(dice, Buffer.from(valid)), type: dice.one([TEXT, OCTETS]) };
  return { body: valid, type: TEXT };
}
