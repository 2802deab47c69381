import { useLanguage } from './language.ts';

/** The time of a message: of today the hour, else the day. */
export function Time({ ts, withHour = false }: { ts: number; withHour?: boolean }) {
  const { language } = useLanguage();
  const date = new Date(ts);
  const isToday = date.toDateString() === new Date().toDateString();
  const hour = { hour: '2-digit', minute: '2-digit' } as const;
  const day = { month: 'short', day: 'numeric' } as const;
  const options = isToday ? hour : { ...day, ...(withHour && hour) };
  return (
    <time dateTime={date.toISOString()} className="muted">
      {date.toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB', options)}
    </time>
  );
}
