import { ChatError, ERROR } from '../shared/errors.ts';

/**
 * Whether a text contains characters that are invisible or change its direction, other than within emoji or words. With
 * them, a name can look like another one.
 */
export function hidesCharacters(text: string): boolean {
  // Properties of Unicode take milliseconds to load, so the expressions are not constants of the module.
  const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
  // Emoji that consist of several characters, some of which are invisible.
  const emoji =
    /\u{1F3F4}[\u{E0061}-\u{E007A}]{1,6}\u{E007F}|\p{Extended_Pictographic}\p{Emoji_Modifier}?\uFE0F?(?:\u200D\p{Extended_Pictographic}\p{Emoji_Modifier}?\uFE0F?)*|[0-9#*]\uFE0F\u20E3/gu;
  // Joiners within words of scripts whose spelling needs them, and variants of Han characters.
  const spelling =
    /(?<=[\p{sc=Arab}\p{sc=Beng}\p{sc=Deva}\p{sc=Gujr}\p{sc=Guru}\p{sc=Khmr}\p{sc=Knda}\p{sc=Mlym}\p{sc=Mymr}\p{sc=Orya}\p{sc=Sinh}\p{sc=Taml}\p{sc=Telu}])[\u200C\u200D](?=\p{L})|(?<=\p{sc=Han})[\u{E0100}-\u{E01EF}]/gu;
  return hidden.test(text.replace(emoji, '').replace(spelling, ''));
}

/**
 * Checks a name that other users see.
 * @param parameter the name of the parameter in the error message
 * @throws ChatError 5001
 */
export function checkName(name: unknown, parameter: string): void {
  if (typeof name !== 'string' || !hidesCharacters(name)) return;
  throw new ChatError(
    ERROR.badParameter,
    `${parameter}: expected a name without control, invisible or text direction characters`,
  );
}
