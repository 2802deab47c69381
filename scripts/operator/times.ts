import { InvalidArgumentError } from '@commander-js/extra-typings';
import * as z from 'zod';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A date, or a time with its UTC offset. */
const Moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

/** Parses a duration such as `90s`, `30m`, `12h`, `7d` or `0` to seconds. Undefined for other text. */
export function secondsIn(text: string): number | undefined {
  const [, number = '', unit = 's'] = /^(\d{1,9})([smhd])$/.exec(text) ?? (text === '0' ? ['', '0'] : []);
  return number === '' ? undefined : Number(number) * (UNITS[unit] ?? 1);
}

/** Parses an option with a duration to seconds. */
export function readDuration(text: string): number {
  const seconds = secondsIn(text);
  if (seconds !== undefined) return seconds;
  throw new InvalidArgumentError('Expected seconds, minutes, hours or days: 90s, 30m, 12h, 7d; or 0.');
}

/** Parses an option with a date or an age to epoch ms. */
export function readMoment(text: string): number {
  const seconds = secondsIn(text);
  if (seconds !== undefined) return Date.now() - seconds * 1000;
  if (Moment.safeParse(text).success) return Date.parse(text);
  throw new InvalidArgumentError(
    'Expected seconds, minutes, hours or days ago: 90s, 30m, 12h, 7d; or a time: 2026-11-23, 2026-11-23T12:00:00Z.',
  );
}

/** Formats a time in UTC: `2026-11-23 12:00:00`. */
export const showMoment = (epochMs: number) => new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ');
