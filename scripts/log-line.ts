import * as z from 'zod/mini';

const Line = z.looseObject({
  level: z.optional(z.string()),
  message: z.optional(z.string()),
  error: z.optional(z.looseObject({ stack: z.optional(z.string()) })),
  _aws: z.optional(z.unknown()),
});

/** Members of every line, which are omitted on a terminal. */
const USUAL = [
  'level',
  'message',
  'error',
  'timestamp',
  'service',
  'function_name',
  'function_request_id',
  'cold_start',
];

/** Formats a log line of a function for a terminal. Returns undefined for lines with metrics. */
export function readable(line: string): string | undefined {
  const parsed = Line.safeParse(parseJson(line));
  if (!parsed.success || (!parsed.data._aws && parsed.data.message === undefined)) return line;
  const { _aws, level, message, error, ...fields } = parsed.data;
  if (_aws) return undefined;
  const shown = Object.entries(fields).filter(([name]) => !USUAL.includes(name));
  const ids = shown.map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return `${level} ${message}${ids.join('')}${error?.stack === undefined ? '' : `\n${error.stack}`}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
