import { UsageError } from './errors.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds in a text such as `90s`, `30m`, `12h`, `7d` or `0`; undefined when it is none. */
export function secondsIn(text: string): number | undefined {
  const [, number = '', unit = 's'] = /^(\d{1,9})([smhd])$/.exec(text) ?? (text === '0' ? ['', '0'] : []);
  return number === '' ? undefined : Number(number) * (UNITS[unit] ?? 1);
}

/** @throws Misused naming the option */
export function readDuration(option: string, text: string): number {
  const seconds = secondsIn(text);
  if (seconds === undefined) throw new UsageError(`--${option} ${text} is no time: write 90s, 30m, 12h, 7d or 0`);
  return seconds;
}

/**
 * A moment, given as a time that has passed since or as a date; epoch ms.
 * @throws Misused naming the option
 */
export function readMoment(option: string, text: string, now: number): number {
  const seconds = secondsIn(text);
  const moment = seconds === undefined ? Date.parse(text) : now - seconds * 1000;
  if (!Number.isNaN(moment)) return moment;
  throw new UsageError(`--${option} ${text} is no moment: write 30m, 12h, 7d (ago) or 2026-11-23T12:00:00Z`);
}

/** A moment as people read it, in UTC: `2026-11-23 12:00:00`. */
export const showMoment = (epochMs: number) => new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ');
