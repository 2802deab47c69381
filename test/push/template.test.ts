import { beforeAll, describe, expect, it } from 'vitest';
import { Device, text } from '../support/device.ts';
import { befriend, macaw, someone } from '../support/macaw.ts';
import { opened, telephones } from '../support/phone.ts';

// It changes the settings of the application, which functions cache for a minute.
const system = macaw({ own: true });
const { ask, credentials, offline } = telephones(system);
const settings = {
  template: '{name} says: {text}',
  nameAttribute: 'nick',
  media: { image: 'a picture' },
  unreadBadge: true,
};

beforeAll(async () => {
  await credentials();
  await ask('PUT', '/2.0/push/settings', settings);
});

describe("an application's template", () => {
  it('can be read back, with the defaults for what it leaves out', async () => {
    const media = {
      ...{ image: 'a picture', audio: '[Audio]', video: '[Video]' },
      custom: '[Message]',
      location: '[Location]',
    };
    expect((await ask('GET', '/2.0/push/settings')).body).toEqual({
      hidden: 'New message',
      recalled: '[Recalled]',
      ...settings,
      media,
    });
  });

  it('names the sender by their attribute, else by their id, and has words for media', { tags: 'slow' }, async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    const phone = await offline(jerry);
    const device = await Device.login('4.8.4', system.origin, tom);
    const pushed = async (message: Record<string, unknown>) => {
      await device.say({ ...text(jerry, ''), ...message });
      return opened(await system.cloud.outbox.nextPush(phone.token)).aps.alert;
    };
    const content = { media: 0, body: 'hi {name}' };
    expect(await pushed({ content })).toBe(`${tom} says: hi {name}`);
    await ask('POST', `/ctx/${tom}/attributes`, { nick: 'Tom Cat' });
    expect(await pushed({ content })).toBe('Tom Cat says: hi {name}');
    expect(await pushed({ content: { media: 1, body: 'https://x' } })).toBe('Tom Cat says: a picture');
    expect(await pushed({ content, push: { prefix: '>', overwrite: 'secret' } })).toBe('>secret');
  });

  it('does not apply to system messages, which have no sender', { tags: 'slow' }, async () => {
    const jerry = someone('jerry');
    const phone = await offline(jerry);
    await ask('POST', `/system/${jerry}`, { content: { media: 0, body: 'news' } });
    expect(opened(await system.cloud.outbox.nextPush(phone.token)).aps.alert).toBe('news');
  });

  it('with unreadBadge makes the number of unread messages the badge', { tags: 'slow' }, async () => {
    const [tom, spike, jerry] = [someone('tom'), someone('spike'), someone('jerry')];
    await Promise.all([tom, spike].map((friend) => befriend(system.origin, friend, jerry)));
    const phone = await offline(jerry);
    const [toms, spikes] = await Promise.all([tom, spike].map((id) => Device.login('4.8.4', system.origin, id)));
    const badge = async () => opened(await system.cloud.outbox.nextPush(phone.token)).aps.badge;
    await toms?.say(text(jerry, 'one'));
    expect(await badge()).toBe(1);
    await spikes?.say(text(jerry, 'two'));
    expect(await badge()).toBe(2);
    const upTo = Object(await toms?.say(text(jerry, 'three'))).id;
    expect(await badge()).toBe(3);
    await ask('PUT', `/ctx/${jerry}/conversations/friend/${tom}/read`, { upTo });
    await toms?.say(text(jerry, 'four'));
    expect(await badge()).toBe(2);
    await toms?.say(text(jerry, 'five', { push: { badge: 9 } }));
    expect(await badge()).toBe(9);
  });
});
