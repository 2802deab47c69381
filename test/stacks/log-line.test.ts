import { describe, expect, it } from 'vitest';
import { readable } from '../../scripts/log-line.ts';

describe('a line of a log on the terminal of npm start', () => {
  it('shows what happened, the ids, and the stack', () => {
    const usual = { timestamp: '2026-11-24T00:00:00Z', service: 'Macaw-prod', function_name: 'x', cold_start: true };
    const error = { name: 'Error', message: 'no', stack: 'Error: no\n    at here' };
    const line = JSON.stringify({ ...usual, level: 'ERROR', message: 'A push was not sent', message_id: 'm1', error });
    expect(readable(line)).toBe('ERROR A push was not sent message_id=m1\nError: no\n    at here');
  });

  it('is not shown when it is there for the metrics', () => {
    expect(readable('{"_aws":{"Timestamp":1,"CloudWatchMetrics":[]},"Logins":1}')).toBeUndefined();
  });

  it.each(['hello', '{"a":1}', '{', 'null', ''])('stays as it is when it is no such line: %s', (line) => {
    expect(readable(line)).toBe(line);
  });
});
