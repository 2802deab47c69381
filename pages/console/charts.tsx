import {
  Bar,
  BarChart,
  CartesianGrid,
  Legend,
  Line,
  LineChart,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { useLanguage, useTexts } from './language.ts';
import { Table } from './layout.tsx';
import { messagesOf, type Period } from './overview.tsx';

interface ChartsProps {
  readonly by: 'hours' | 'days';
  readonly periods: readonly Period[];
}

const KINDS = ['friend', 'group', 'room', 'stranger', 'visitor', 'system'] as const;

/** The chart library writes to the attributes of elements, where it accepts the colors of the styles. */
const color = (n: number) => `var(--series-${n})`;

const HEIGHT = 240;

/** The messages, users and connections of each hour or day, as charts and as a table. */
export function Charts({ by, periods }: ChartsProps) {
  const texts = useTexts();
  const { language } = useLanguage();
  const unit =
    by === 'hours' ? ({ hour: '2-digit', minute: '2-digit' } as const) : ({ month: 'short', day: 'numeric' } as const);
  // Days are those of UTC, hours are shown in the time zone of the reader.
  const format = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {
    ...unit,
    ...(by === 'days' && { timeZone: 'UTC' }),
  });
  const data = periods.map((period) => ({ ...period, ...period.messages, label: format.format(period.from) }));
  const common = [
    <CartesianGrid key="grid" vertical={false} stroke="var(--line)" />,
    <XAxis
      key="x"
      dataKey="label"
      stroke="var(--muted)"
      tick={{ fill: 'var(--muted)', fontSize: 12 }}
      minTickGap={24}
    />,
    <YAxis
      key="y"
      allowDecimals={false}
      width={44}
      stroke="var(--muted)"
      tick={{ fill: 'var(--muted)', fontSize: 12 }}
    />,
    <Tooltip
      key="tooltip"
      contentStyle={{ background: 'var(--raised)', borderColor: 'var(--line)', color: 'var(--text)' }}
      itemStyle={{ color: 'var(--text)', padding: 0 }}
      wrapperStyle={{ zIndex: 1 }}
      cursor={{ fill: 'var(--selected)', stroke: 'var(--line)' }}
    />,
    <Legend key="legend" formatter={(name) => <span className="legend">{name}</span>} />,
  ];
  return (
    <>
      <figure>
        <figcaption>{texts.messages}</figcaption>
        <ResponsiveContainer width="100%" height={HEIGHT}>
          <BarChart data={data} title={texts.messages}>
            {common}
            {KINDS.map((kind, n) => (
              <Bar
                key={kind}
                dataKey={kind}
                name={texts.kinds[kind]}
                stackId="messages"
                fill={color(n)}
                isAnimationActive={false}
              />
            ))}
          </BarChart>
        </ResponsiveContainer>
      </figure>
      <figure>
        <figcaption>{texts.people}</figcaption>
        <ResponsiveContainer width="100%" height={HEIGHT}>
          <LineChart data={data} title={texts.people}>
            {common}
            {(['activeUsers', 'newUsers', 'peakConnections'] as const).map((value, n) => (
              <Line
                key={value}
                dataKey={value}
                name={texts[value]}
                stroke={color(n)}
                strokeWidth={2}
                dot={false}
                isAnimationActive={false}
              />
            ))}
          </LineChart>
        </ResponsiveContainer>
      </figure>
      <details>
        <summary>{texts.asTable}</summary>
        <Table
          title={texts.course}
          columns={[
            texts[by],
            texts.messages,
            texts.activeUsers,
            texts.newUsers,
            texts.logins,
            texts.peakConnections,
            texts.pushes,
            texts.uploads,
          ]}
          rows={[...data].reverse().map((period) => ({
            key: String(period.from),
            cells: [
              period.label,
              messagesOf(period),
              period.activeUsers,
              period.newUsers,
              period.logins,
              period.peakConnections,
              period.pushes,
              period.uploads,
            ],
          }))}
        />
      </details>
    </>
  );
}
