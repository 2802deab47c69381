import { randomInt } from 'node:crypto';
import { sendSms } from '../gateway/sms.ts';
import { logger } from '../observe/logger.ts';
import { count } from '../observe/metrics.ts';
import { ENV, METRIC } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { App } from '../store/apps.ts';
import { type Purpose, saveCode } from '../store/codes.ts';
import { type CounterLimit, countAgainst } from '../store/counters.ts';
import type { Attempt } from './attempt.ts';
import { attempterOf, hashCode } from './codes.ts';
import { countryCode } from './country-code.ts';
import { ACCOUNT_ERROR, AccountError } from './errors.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const LIFETIME_S = 10 * 60;

/** Begins no phone number. */
const NO_PREFIX = '#';

/** The counter of all applications. No application has this id. */
const STAGE = '*';
const stageLimit = Number(requireEnv(ENV.smsPerDay));

/**
 * Sends a new code to a phone, within the limits. It does not check whether an account has the phone, so a caller
 * cannot find registered phones.
 * @throws AccountError 601 or 602
 */
export async function sendCode(app: App, phone: string, purpose: Purpose, { now, address }: Attempt): Promise<void> {
  await allow(`${app.id}#codes in a minute#${phone}`, { limit: 1, windowMs: MINUTE_MS }, now, 'per phone and minute');
  await allow(
    `${app.id}#codes in a day#${phone}`,
    { limit: app.sms.perPhone, windowMs: DAY_MS },
    now,
    'per phone and day',
  );
  const source = address ?? 'unknown';
  await allow(
    `${app.id}#codes in a day#at#${source}`,
    { limit: app.sms.perAddress, windowMs: DAY_MS },
    now,
    'per network address and day',
  );
  const country = countryCode(phone);
  if (!phone.startsWith(app.sms.prefix ?? NO_PREFIX)) {
    const limit = { limit: app.sms.perCountry, windowMs: DAY_MS };
    await allow(`${app.id}#codes in a day#to#${country}`, limit, now, `per day to ${country}`);
  }
  await allow(`${app.id}#codes in a day`, { limit: app.sms.perDay, windowMs: DAY_MS }, now, 'per application and day');
  await allow(`${STAGE}#codes in a day`, { limit: stageLimit, windowMs: DAY_MS }, now, 'per day for all applications');
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  await saveCode(
    { app: app.id, phone, purpose },
    { hash: hashCode(app, phone, purpose, code), requester: attempterOf({ address }) },
    Math.ceil(now / 1000) + LIFETIME_S,
  );
  count(METRIC.smsSent);
  try {
    await sendSms(phone, app.sms.template.replace('{code}', code));
  } catch (error) {
    // The error message can contain the phone number, so the log contains only the name.
    logger.error('A code was not sent', { reason: error instanceof Error ? error.name : 'unknown' });
    throw new AccountError(ACCOUNT_ERROR.codeNotSent, 'The code could not be sent to this phone; try again later');
  }
}

async function allow(name: string, allowance: CounterLimit, now: number, scope: string): Promise<void> {
  if (await countAgainst(name, allowance, now)) return;
  count(METRIC.smsRefused);
  throw new AccountError(
    ACCOUNT_ERROR.tooManyCodes,
    `Limit of ${allowance.limit} codes ${scope} exceeded; try again later`,
  );
}
