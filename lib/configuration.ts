import { existsSync, readFileSync } from 'node:fs';
import { PriceClass } from 'aws-cdk-lib/aws-cloudfront';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod/mini';
import { APP_ID, ATTACHMENT_DAYS, RETENTION_DAYS, SMS_PER_DAY } from '../functions/shared/constants.ts';
import { faults, hint, oneOf, section, text, wholeNumber, yesOrNo } from './validation.ts';

/** The default file. The context `configuration` overrides it. It is optional. */
const FILE = 'macaw.json';

/** In place of a file name: use the defaults and ignore {@link FILE}. */
const NONE = 'none';

const days = wholeNumber(1, 3650, 'days');

const LOG_DAYS = Object.values(RetentionDays).filter(
  (value): value is number => typeof value === 'number' && value !== RetentionDays.INFINITE,
);

/** The settings of a stage. docs/reference/configuration.md describes them. */
const Stage = section({
  account: z.optional(text(/^\d{12}$/, 'an AWS account number: 12 digits, in quotes')),
  region: z.optional(text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region, such as "eu-central-1"')),
  app: z.prefault(
    section({
      id: z._default(text(APP_ID, '1 to 64 letters, digits, _ or -'), 'macaw'),
      mode: z._default(oneOf('open', 'strict'), 'strict'),
    }),
    {},
  ),
  /** Whether the stage serves the chat page, for its first application. */
  demo: z._default(yesOrNo(), false),
  domain: z.optional(
    section({
      name: text(
        /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/,
        'a host name in lower case, such as "chat.example.com"',
      ),
      certificateArn: text(
        /^arn:aws:acm:us-east-1:\d{12}:certificate\/[\w-]+$/,
        'the ARN of a certificate in us-east-1, the only region that CloudFront accepts',
      ),
      hostedZoneId: z.optional(text(/^Z[A-Z0-9]{1,31}$/, 'the id of a hosted zone, which begins with Z')),
    }),
  ),
  keepData: z.optional(yesOrNo()),
  retentionDays: z.prefault(
    section({
      friend: z._default(days, RETENTION_DAYS.friend),
      group: z._default(days, RETENTION_DAYS.group),
      stranger: z._default(days, RETENTION_DAYS.stranger),
      passenger: z._default(days, RETENTION_DAYS.passenger),
      attachments: z._default(days, ATTACHMENT_DAYS),
    }),
    {},
  ),
  /** The share of API Gateway's quota for posts. The quota is 10,000 requests per second, with a burst of 5,000. */
  postQuota: z._default(
    section({
      perSecond: wholeNumber(1, 1_000_000, 'posts per second'),
      burst: wholeNumber(1, 1_000_000, 'posts in a burst'),
    }),
    { perSecond: 9000, burst: 4500 },
  ),
  /** The codes that all applications send by SMS per day. */
  smsPerDay: z._default(wholeNumber(0, 10_000_000, 'text messages'), SMS_PER_DAY),
  /** Whether applications can have webhooks for events. The streams of the tables are read only then. */
  webhooks: z._default(yesOrNo(), false),
  /** The event bus that webhooks without a URL use. */
  eventBusArn: z.optional(
    text(/^arn:aws[\w-]*:events:[\w-]+:\d{12}:event-bus\/[\w./-]+$/, 'the ARN of an event bus of EventBridge'),
  ),
  firewall: z.optional(section({ requestsPerFiveMinutes: wholeNumber(10, 2_000_000_000, 'requests') })),
  priceClass: z._default(oneOf(...Object.values(PriceClass)), PriceClass.PRICE_CLASS_ALL),
  logRetentionDays: z._default(oneOf(...LOG_DAYS), RetentionDays.ONE_MONTH),
  tracing: z._default(yesOrNo(), false),
  alarmEmail: z.optional(text(/^[^@\s]+@[^@\s]+\.[^@\s]+$/, 'an email address')),
});

const File = section({
  stages: z.record(z.string(), Stage, { error: 'an object that maps stage names to stages' }),
});

/** The configuration of a stage, with defaults applied. */
export interface Configuration extends z.output<typeof Stage> {
  readonly stage: string;
  readonly keepData: boolean;
}

/** The configuration is invalid. The message names each wrong value and what is valid. */
export class Misconfigured extends Error {}

/**
 * Reads the configuration of a stage.
 * @param stage its name; defaults to prod
 * @param file a path, or `none` for all defaults; defaults to macaw.json if it exists
 * @throws Misconfigured
 */
export function readConfiguration(stage: unknown = 'prod', file: unknown = undefined): Configuration {
  if (typeof stage !== 'string' || !/^[a-z][a-z0-9]{0,15}$/.test(stage)) {
    throw new Misconfigured(
      `The context "stage" is ${JSON.stringify(stage)}; it must be 1 to 16 lower-case letters or digits, starting with a letter`,
    );
  }
  const path = String(file ?? FILE);
  const absent = path === NONE || (file === undefined && !existsSync(path));
  return configurationOf(stage, absent ? { stages: { [stage]: {} } } : parse(path), path);
}

/** @param name the source of the input, for error messages */
export function configurationOf(stage: string, input: unknown, name: string): Configuration {
  const parsed = z.safeParse(File, input);
  if (!parsed.success) {
    const list = faults(parsed.error, input).map((fault) => `  ${fault}`);
    throw new Misconfigured(`${name} cannot be deployed:\n${list.join('\n')}`);
  }
  const stages = new Map(Object.entries(parsed.data.stages));
  const found = stages.get(stage);
  if (!found) {
    throw new Misconfigured(
      `${name} has no stage ${stage}; ${hint(stage, [...stages.keys()])} (--context stage=… selects a stage; an empty object {} is a valid stage)`,
    );
  }
  return { ...found, stage, keepData: found.keepData ?? !stage.startsWith('dev') };
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Misconfigured(`${path} cannot be read as JSON: ${error instanceof Error ? error.message : error}`);
  }
}
