import { ENV } from '../shared/constants.ts';

type Level = 'INFO' | 'WARN' | 'ERROR';
type Fields = object;

/** Fields of all lines of the current invocation. */
let common: Fields = {};

/** Begins an invocation: all later lines have these fields. */
export function startLog(fields: Fields): void {
  common = fields;
}

/** Adds fields to all later lines of this invocation. */
export function addLogFields(fields: Fields): void {
  common = { ...common, ...fields };
}

/** Logs only these fields of an error. SDK errors also contain items and requests, which must not reach the log. */
function errorFields({ name, message, stack, cause }: Error): Fields {
  return { name, message, stack, cause: cause instanceof Error ? errorFields(cause) : undefined };
}

const withoutDetails = (_: string, value: unknown) => (value instanceof Error ? errorFields(value) : value);

function write(level: Level, message: string, fields: Fields): void {
  const line = {
    level,
    timestamp: new Date().toISOString(),
    message,
    service: process.env[ENV.serviceName],
    xray_trace_id: process.env._X_AMZN_TRACE_ID?.match(/Root=([^;]+)/)?.[1],
    ...common,
    ...fields,
  };
  // `console` of the Lambda runtime would put the line into another JSON object.
  (level === 'INFO' ? process.stdout : process.stderr).write(`${JSON.stringify(line, withoutDetails)}\n`);
}

/**
 * Writes one JSON object per line, with the ids of the current invocation. Log only ids and errors. Message content,
 * keys, tokens, passwords and phone numbers must not reach the log.
 */
export const logger = {
  info: (message: string, fields: Fields = {}) => write('INFO', message, fields),
  warn: (message: string, fields: Fields = {}) => write('WARN', message, fields),
  error: (message: string, fields: Fields = {}) => write('ERROR', message, fields),
};
