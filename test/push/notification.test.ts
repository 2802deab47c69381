import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applePayload, googlePayload, type Notification, PAYLOAD_BYTES } from '../../functions/push/notification.ts';

const words = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6000 }),
  fc.string({ unit: 'binary', maxLength: 3000 }),
  // Any JSON string, including lone surrogates.
  fc.array(fc.nat(0xffff), { maxLength: 3000 }).map((units) => units.map((unit) => String.fromCharCode(unit)).join('')),
);
const affix = fc.oneof(fc.constant(''), fc.string({ maxLength: 20 }), words);
const id = fc.string({ unit: fc.constantFrom(...'abz09_-'), minLength: 1, maxLength: 128 });

const notifications: fc.Arbitrary<Notification> = fc.record({
  prefix: affix,
  text: words,
  suffix: affix,
  sound: fc.option(fc.string({ unit: 'binary', maxLength: 128 }), { nil: undefined }),
  badge: fc.nat(),
  contentAvailable: fc.boolean(),
  channelId: fc.option(fc.string({ unit: 'binary', maxLength: 128 }), { nil: undefined }),
  event: fc.record(
    {
      from: fc.record({ id, type: fc.constantFrom(0, 1, 3, 4), gid: id }),
      id: fc.constant('00001767225600000-0000000000000001-0f0f0f0f'),
      content: fc.record({ media: fc.nat(3), body: words }),
      ts: fc.nat(),
      remark: words,
    },
    { requiredKeys: ['id', 'content', 'ts'] },
  ),
});

const example: Notification = {
  prefix: 'Tom: ',
  text: 'hi',
  suffix: '!',
  sound: undefined,
  badge: 1,
  contentAvailable: false,
  channelId: undefined,
  event: { from: { id: 'tom', type: 0 }, id: '1', content: { media: 0, body: 'hi' }, ts: 1, remark: 'r' },
};

const apple = (notification: Notification) => {
  const { aps, parrot } = JSON.parse(applePayload(notification));
  return { aps, parrot: JSON.parse(parrot) };
};
const LONE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

describe('a payload', () => {
  it.each([
    ['Apple', applePayload],
    ['Google', (notification: Notification) => googlePayload(notification, 60)],
  ])(
    'for %s never is too long, nor broken, and always carries a message that parses',
    (_, payload) => {
      fc.assert(
        fc.property(notifications, (notification) => {
          const written = payload(notification);
          expect(Buffer.byteLength(written)).toBeLessThanOrEqual(PAYLOAD_BYTES);
          const { aps, parrot, fcmV1Message } = JSON.parse(written);
          const message = JSON.parse(parrot ?? fcmV1Message.message.data.parrot);
          expect(message).toMatchObject({ id: notification.event.id, ts: notification.event.ts });
          for (const text of [aps?.alert ?? fcmV1Message?.message.notification?.body ?? '', message.content.body]) {
            expect(LONE.test(text)).toBe(false);
          }
        }),
        { numRuns: 150 },
      );
    },
    60_000,
  );

  it('that fits is not shortened', () => {
    expect(apple(example)).toEqual({ aps: { alert: 'Tom: hi!', badge: 1 }, parrot: example.event });
  });

  it('is shortened in the order that is promised: the text, the remark, the body, prefix and suffix', () => {
    const long = 'x'.repeat(3000);
    const longer = 'x'.repeat(5000);
    const said = (body: string) => ({
      ...example,
      text: body,
      event: { ...example.event, content: { media: 0, body } },
    });

    const one = apple(said('x'.repeat(2500)));
    expect(one.aps.alert).toMatch(/^Tom: x{101,2499}…!$/);
    expect(one.parrot).toEqual(said('x'.repeat(2500)).event);

    const { content } = example.event;
    const two = apple({
      ...said(long),
      event: { ...example.event, content: { ...content, body: long }, remark: long },
    });
    expect(two.aps.alert).toBe(`Tom: ${'x'.repeat(100)}…!`);
    expect(two.parrot.content.body).toBe(long);
    expect(two.parrot).not.toHaveProperty('remark');
    expect(two.parrot.truncated).toBe(true);

    const three = apple(said(longer));
    expect(three.aps.alert).toBe(`Tom: ${'x'.repeat(100)}…!`);
    expect(three.parrot.content.body).toMatch(/^x{3000,}…$/);

    const four = apple({ ...said(longer), prefix: 'y'.repeat(5000) });
    expect(four.aps.alert).toMatch(/^y{3000,}…$/);
    expect(four.parrot.content.body).toBe('…');
  });

  it('cuts between characters as people see them', () => {
    const family = '👨‍👩‍👧‍👦';
    const { aps } = apple({ ...example, text: family.repeat(500), prefix: '', suffix: '' });
    expect(aps.alert.length).toBeGreaterThan(1000);
    expect(aps.alert.slice(0, -1).replaceAll(family, '')).toBe('');
  });

  it('leaves the URL of media out rather than half of it in', () => {
    const body = `https://${'x'.repeat(5000)}`;
    const { parrot } = apple({ ...example, event: { ...example.event, content: { media: 1, body } } });
    expect(parrot).toMatchObject({ content: { media: 1, body: '' }, truncated: true });
  });

  it('for Google is a message of its own, shown once however often it comes', () => {
    const { fcmV1Message } = JSON.parse(googlePayload({ ...example, sound: 'bell', channelId: 'chats' }, 60));
    expect(fcmV1Message.message).toEqual({
      notification: { body: 'Tom: hi!' },
      data: { parrot: JSON.stringify(example.event) },
      android: {
        priority: 'high',
        ttl: '60s',
        notification: { tag: '1', notification_count: 1, sound: 'bell', channel_id: 'chats' },
      },
    });
  });
});
