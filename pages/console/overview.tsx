import type { Routes } from 'macaw-client/admin';
import { useCallback, useState } from 'react';
import { Charts } from './charts.tsx';
import { useLanguage, useTexts } from './language.ts';
import { Facts, Panel, Show, Table, Time, View } from './layout.tsx';
import { Expiry } from './push.tsx';
import { type Application, useApplication, useLoaded } from './requests.ts';

export type Period = Routes['GET /statistics']['response']['periods'][number];

const MINUTE_MS = 60_000;

/** The latest failures in the overview. The command line lists all of them. */
const SHOWN_FAILURES = 10;

const statistics = ({ call }: Application, by: 'hour' | 'day') => call('GET /statistics', { query: { by } });

export const messagesOf = ({ messages }: Period) => Object.values(messages).reduce((sum, count) => sum + count, 0);

/** The use of the application. */
export function Overview() {
  const texts = useTexts();
  const application = useApplication();
  const load = useCallback(async () => {
    // The first request counts what is new, so the second one must not do it at the same time.
    const [now, hours] = await Promise.all([
      application.call('GET /statistics/now', {}),
      statistics(application, 'hour'),
    ]);
    const [days, credentials] = await Promise.all([
      statistics(application, 'day'),
      application.call('GET /2.0/push/credentials', {}),
    ]);
    return { ...now, hours, days, credentials };
  }, [application]);
  const loaded = useLoaded(load);
  const [by, setBy] = useState<'hours' | 'days'>('hours');
  return (
    <View title={texts.overview}>
      <Show loaded={loaded}>
        {({ connections, hours, days, credentials }) => (
          <>
            <Tiles connections={connections} hours={hours.periods} days={days.periods} counted={hours.counted} />
            <p className="muted">
              {hours.counted !== undefined && (
                <>
                  {texts.counted} <Time at={hours.counted} />.{' '}
                </>
              )}
              {texts.utc}{' '}
              <button type="button" className="small" onClick={loaded.reload}>
                {texts.reload}
              </button>
            </p>
            <Panel title={texts.course}>
              <fieldset className="tabs">
                <legend className="hidden">{texts.course}</legend>
                {(['hours', 'days'] as const).map((choice) => (
                  <label key={choice}>
                    <input
                      type="radio"
                      name="by"
                      className="hidden"
                      checked={by === choice}
                      onChange={() => setBy(choice)}
                    />
                    <span>{texts[choice]}</span>
                  </label>
                ))}
              </fieldset>
              <Charts by={by} periods={by === 'hours' ? hours.periods : days.periods} />
            </Panel>
            <Failures />
            <Panel title={texts.certificates}>
              {credentials.length === 0 && <p className="muted">{texts.noCredentials}</p>}
              <Facts
                facts={Object.fromEntries(
                  credentials.map(({ platform, expires }) => [platform, <Expiry key={platform} at={expires} />]),
                )}
              />
            </Panel>
          </>
        )}
      </Show>
    </View>
  );
}

/** What failed permanently and waits for an operator. It loads apart from the rest, because reading the queue is slow. */
function Failures() {
  const texts = useTexts();
  const { call } = useApplication();
  const load = useCallback(() => call('GET /failures', {}), [call]);
  return (
    <Panel title={texts.failures}>
      <Show loaded={useLoaded(load)}>
        {({ failures, more }) => (
          <>
            <p className="muted">
              {failures.length === 0 ? texts.noFailures : texts.failuresWait(failures.length, more)}
            </p>
            {failures.length > 0 && (
              <Table
                title={texts.failures}
                columns={[texts.time, texts.function, texts.error, texts.attempts]}
                rows={failures.slice(0, SHOWN_FAILURES).map(({ id, time, function: name, error, attempts }) => ({
                  key: id,
                  cells: [<Time key="time" at={time} />, name, error, attempts],
                }))}
              />
            )}
          </>
        )}
      </Show>
    </Panel>
  );
}

interface TilesProps {
  readonly connections: number;
  readonly hours: readonly Period[];
  readonly days: readonly Period[];
  readonly counted: number | undefined;
}

function Tiles({ connections, hours, days, counted }: TilesProps) {
  const texts = useTexts();
  const { language } = useLanguage();
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const [today, yesterday] = [days.at(-1), days.at(-2)];
  const day = (name: string, value: (period: Period) => number) => ({
    name,
    now: today && value(today),
    before: yesterday && `${texts.yesterday}: ${format.format(value(yesterday))}`,
  });
  const tiles = [
    {
      name: texts.onlineNow,
      now: connections,
      before: `${texts.peakOfHour}: ${format.format(hours.at(-1)?.peakConnections ?? 0)}`,
    },
    { name: texts.messagesPerMinute, now: perMinute(hours, counted), before: texts.lastHours },
    day(texts.messagesToday, messagesOf),
    day(texts.activeUsers, ({ activeUsers }) => activeUsers),
    day(texts.newUsers, ({ newUsers }) => newUsers),
    day(texts.logins, ({ logins }) => logins),
    day(texts.pushes, ({ pushes }) => pushes),
    day(texts.uploads, ({ uploads }) => uploads),
  ];
  return (
    <ul className="tiles">
      {tiles.map(({ name, now = 0, before }) => (
        <li key={name}>
          <p className="muted">{name}</p>
          <p className="value">{format.format(now)}</p>
          <p className="muted">{before}</p>
        </li>
      ))}
    </ul>
  );
}

/** The rate of this hour and the one before, because this hour may just have begun. */
function perMinute(hours: readonly Period[], counted: number | undefined): number {
  const [first, ...others] = hours.slice(-2);
  if (!first || counted === undefined) return 0;
  const minutes = Math.max(1, (counted - first.from) / MINUTE_MS);
  return [first, ...others].reduce((sum, hour) => sum + messagesOf(hour), 0) / minutes;
}
