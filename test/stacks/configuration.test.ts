import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { configurationOf, Misconfigured, readConfiguration } from '../../lib/configuration.ts';
import { synthesize } from '../../scripts/synth.ts';

const directory = mkdtempSync(join(tmpdir(), 'macaw-configuration-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** The error messages of a deployment, one line per problem. */
function complaints(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof Misconfigured) return error.message.split('\n').map((line) => line.trim());
    throw error;
  }
  return [];
}

const faultsOf = (section: unknown) =>
  complaints(() => configurationOf('prod', { stages: { prod: section } }, 'macaw.json')).slice(1);

const documented: Record<string, unknown> = JSON.parse(
  readFileSync(new URL('../../docs/reference/configuration.md', import.meta.url), 'utf8').match(
    /```json\n(.*?)```/s,
  )?.[1] ?? '',
);

describe('a stage', () => {
  it('that says nothing has defaults for everything', () => {
    expect(configurationOf('prod', { stages: { prod: {} } }, 'macaw.json')).toEqual({
      stage: 'prod',
      app: { id: 'macaw', mode: 'strict' },
      demo: false,
      keepData: true,
      retentionDays: { friend: 7, group: 7, stranger: 365, passenger: 365, attachments: 7 },
      postQuota: { perSecond: 9000, burst: 4500 },
      smsPerDay: 1000,
      webhooks: false,
      priceClass: 'PriceClass_All',
      logRetentionDays: 30,
      tracing: false,
    });
  });

  it.each([
    ['prod', {}, true],
    ['dev', {}, false],
    ['dev2', {}, false],
    ['dev', { keepData: true }, true],
    ['prod', { keepData: false }, false],
  ])('%s with %j keeps its data: %j', (stage, section, kept) => {
    expect(configurationOf(stage, { stages: { [stage]: section } }, 'macaw.json').keepData).toBe(kept);
  });

  it('may say less than all of a part', () => {
    const { retentionDays } = configurationOf('a', { stages: { a: { retentionDays: { group: 30 } } } }, 'macaw.json');
    expect(retentionDays).toMatchObject({ group: 30, friend: 7, attachments: 7 });
  });

  it('may be as the documentation shows', () => {
    expect(complaints(() => configurationOf('prod', documented, 'docs'))).toEqual([]);
    expect(complaints(() => configurationOf('dev', documented, 'docs'))).toEqual([]);
  });
});

describe('what cannot be deployed', () => {
  it.each<[unknown, string]>([
    [{ account: 123456789012 }, 'account is 123456789012; it must be an AWS account number: 12 digits, in quotes'],
    [{ region: 'Frankfurt' }, 'region is "Frankfurt"; it must be a region, such as "eu-central-1"'],
    [{ app: { id: 'my app' } }, 'app.id is "my app"; it must be 1 to 64 letters, digits, _ or -'],
    [{ app: { mode: 'closed' } }, 'app.mode is "closed"; it must be one of "open", "strict"'],
    [{ app: 'my-app' }, 'app is "my-app"; it must be an object with the members id, mode'],
    [{ keepData: 'yes' }, 'keepData is "yes"; it must be true or false'],
    [{ retentionDays: { group: 0 } }, 'retentionDays.group is 0; it must be a whole number of days from 1 to 3650'],
    [{ retentionDays: { group: 1.5 } }, 'retentionDays.group is 1.5; it must be a whole number of days from 1 to 3650'],
    [
      { postQuota: { perSecond: 100 } },
      'postQuota.burst is missing; it must be a whole number of posts in a burst from 1 to 1000000',
    ],
    [{ smsPerDay: -1 }, 'smsPerDay is -1; it must be a whole number of text messages from 0 to 10000000'],
    [
      { firewall: { requestsPerFiveMinutes: 9 } },
      'firewall.requestsPerFiveMinutes is 9; it must be a whole number of requests from 10 to 2000000000',
    ],
    [
      { priceClass: '100' },
      'priceClass is "100"; it must be one of "PriceClass_100", "PriceClass_200", "PriceClass_All"',
    ],
    [
      { logRetentionDays: 31 },
      'logRetentionDays is 31; it must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653',
    ],
    [{ alarmEmail: 'me' }, 'alarmEmail is "me"; it must be an email address'],
  ])('%j is told where it is wrong, and what would be right', (section, complaint) => {
    expect(faultsOf(section)).toEqual([`stages.prod.${complaint}`]);
  });

  it('the error for a certificate of another region names the region that CloudFront requires', () => {
    const domain = {
      name: 'chat.example.com',
      certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/1-2',
    };
    expect(faultsOf({ domain })).toEqual([
      `stages.prod.domain.certificateArn is "${domain.certificateArn}"; it must be the ARN of a certificate in us-east-1, the only region that CloudFront accepts`,
    ]);
  });

  it('errors for unknown names suggest the nearest known name, at any level', () => {
    expect(faultsOf({ retentionDay: {}, retentionDays: { freind: 3 }, colour: 'green' })).toEqual([
      'stages.prod.retentionDays.freind is unknown; did you mean friend?',
      'stages.prod.retentionDay is unknown; did you mean retentionDays?',
      expect.stringMatching(/^stages\.prod\.colour is unknown; valid are account, region, .*alarmEmail$/),
    ]);
  });

  it('several errors are reported at once, for all stages', () => {
    const stages = { prod: { tracing: 1, logRetentionDays: 2 }, dev: { domain: { name: 'chat' } } };
    expect(complaints(() => configurationOf('prod', { stages }, 'macaw.json'))).toEqual([
      'macaw.json cannot be deployed:',
      expect.stringMatching(/^stages\.prod\.logRetentionDays is 2; /),
      expect.stringMatching(/^stages\.prod\.tracing is 1; /),
      expect.stringMatching(/^stages\.dev\.domain\.name is "chat"; .*such as "chat\.example\.com"$/),
      expect.stringMatching(/^stages\.dev\.domain\.certificateArn is missing; /),
    ]);
  });

  it.each<[unknown, string]>([
    [[], 'the file is []; it must be an object with the members stages'],
    [{}, 'stages is missing; it must be an object that maps stage names to stages'],
    [{ stages: {}, stage: 'dev' }, 'stage is unknown; did you mean stages?'],
  ])('a file with %j is told what files have', (input, complaint) => {
    expect(complaints(() => configurationOf('prod', input, 'macaw.json'))).toContainEqual(complaint);
  });

  it('a stage that the file lacks is not deployed with defaults', () => {
    const input = { stages: { prod: {}, dev: {} } };
    expect(complaints(() => configurationOf('pord', input, 'macaw.json'))).toEqual([
      expect.stringMatching(/^macaw\.json has no stage pord; did you mean prod\?/),
    ]);
    expect(complaints(() => configurationOf('constructor', input, 'macaw.json'))).toEqual([
      expect.stringMatching(/has no stage constructor; valid are prod, dev/),
    ]);
  });

  it.each(['Prod', '1st', 'a-b', 'abcdefghijklmnopq', '', 7])('%j is no stage', (stage) => {
    expect(complaints(() => readConfiguration(stage, 'none'))).toEqual([
      `The context "stage" is ${JSON.stringify(stage)}; it must be 1 to 16 lower-case letters or digits, starting with a letter`,
    ]);
  });

  it('any file is a valid configuration or causes an error message', () => {
    const keys = fc.constantFrom('app', 'domain', 'id', 'name', 'keepData', 'firewall', 'region', '__proto__', 'x');
    const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null), fc.array(fc.integer()));
    const { section } = fc.letrec((tie) => ({
      section: fc.oneof({ depthSize: 'small' }, leaf, fc.dictionary(keys, tie('section'))),
    }));
    fc.assert(
      fc.property(section, (input) => {
        for (const line of faultsOf(input)) {
          expect(line).toMatch(/^stages\.prod(\.\w+)* is (unknown; .+|.+; it must be .+)$/);
        }
      }),
    );
  });
});

describe('the file', () => {
  it('is one that was named, and exists', () => {
    expect(complaints(() => readConfiguration('prod', join(directory, 'absent.json')))).toEqual([
      expect.stringMatching(/absent\.json cannot be read as JSON: ENOENT/),
    ]);
  });

  it('is JSON', () => {
    const file = join(directory, 'broken.json');
    writeFileSync(file, '{ "stages": }');
    expect(complaints(() => readConfiguration('prod', file))).toEqual([
      expect.stringMatching(/broken\.json cannot be read as JSON: Unexpected token/),
    ]);
  });

  it('stops the synthesis with its faults, and nothing of the inside', { tags: 'slow' }, async () => {
    const file = join(directory, 'wrong.json');
    writeFileSync(file, JSON.stringify({ stages: { prod: { regoin: 'eu-central-1' } } }));
    const { stderr } = await synthesize(join(directory, 'out'), { configuration: file }).then(
      () => ({ stderr: '' }),
      (error) => error,
    );
    expect(stderr).toBe(`${file} cannot be deployed:\n  stages.prod.regoin is unknown; did you mean region?\n`);
  });
});
