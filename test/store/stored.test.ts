import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { AppSettings } from '../../functions/store/app-settings.ts';
import { parseStored } from '../../functions/store/stored.ts';

const defaults = AppSettings.parse({});

describe('a stored item that no longer fits its schema', () => {
  it('keeps a number at the nearest bound', () => {
    const settings = parseStored(AppSettings, { groupMembers: 1_000_000, messagesPerMinute: 0 }, 'application');
    expect(settings).toEqual({ ...defaults, groupMembers: 10_000, messagesPerMinute: 1 });
  });

  it('loses a value of another type, and nothing beside it', () => {
    const settings = parseStored(AppSettings, { mode: 'closed', sms: { perPhone: 'many', perDay: 7 } }, 'application');
    expect(settings).toEqual({ ...defaults, sms: { ...defaults.sms, perDay: 7 } });
  });

  it('loses one member of a record or a list', () => {
    const schema = z.object({ logins: z.record(z.string(), z.string()), tags: z.array(z.string()) });
    expect(parseStored(schema, { logins: { google: 7, apple: 'a' }, tags: ['x', 1, 'y'] }, 'account')).toEqual({
      logins: { apple: 'a' },
      tags: ['x', 'y'],
    });
  });

  it('cannot be read without what it needs', () => {
    expect(() => parseStored(z.object({ id: z.string() }), { id: 7 }, 'account')).toThrow();
    expect(() => parseStored(z.object({ id: z.string() }), {}, 'account')).toThrow();
  });
});
