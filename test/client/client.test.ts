import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type ClientOptions,
  createClient,
  friends,
  groups,
  type Macaw,
  memoryStorage,
} from '../../client/src/index.ts';
import { Device, text } from '../support/device.ts';
import { app, befriend, macaw, someone } from '../support/macaw.ts';

const system = macaw();

function client(options: Partial<ClientOptions> = {}): Macaw {
  const made = createClient({
    ...{ url: system.origin, app: app.id, clientKey: app.clientKey, storage: memoryStorage() },
    socket: { reconnectionDelay: 50, reconnectionDelayMax: 200 },
    ...options,
  });
  onTestFinished(() => made.close());
  return made;
}

async function pair() {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, tom, jerry);
  return { tom, jerry };
}

describe('a client', () => {
  it('logs in, sends, and receives; unread counts and receipts follow', async () => {
    const { tom, jerry } = await pair();
    const [toms, jerrys] = [client(), client()];
    expect(await toms.login({ userId: tom })).toBe(tom);
    await jerrys.login({ userId: jerry });
    const toJerry = toms.conversation('friend', jerry);
    const toTom = jerrys.conversation('friend', tom);

    const message = toJerry.send('hi');
    expect(message.current).toMatchObject({ status: 'sending', body: 'hi', mine: true });
    expect(toJerry.getSnapshot().messages).toHaveLength(1);
    const stored = await message.sent();
    expect(stored).toMatchObject({ status: 'sent', key: message.key });

    await expect.poll(() => toTom.getSnapshot().unread).toBe(1);
    expect(toTom.getSnapshot().messages).toMatchObject([{ id: stored.id, body: 'hi', from: tom, mine: false }]);
    toTom.markRead();
    expect(toTom.getSnapshot().unread).toBe(0);
    await expect.poll(() => toJerry.readersOf(stored)).toEqual([jerry]);
    expect(toms.getSnapshot().online).toEqual({ [jerry]: true });
    expect(await friends(toms).ids()).toEqual([jerry]);
    expect((await friends(toms).list())[0]).toMatchObject({ id: jerry, online: true });
    const group = await groups(toms).create({ members: [jerry], name: 'cats' });
    expect(await groups(jerrys).ids()).toEqual([group]);
  });

  it('catches up after a pause', async () => {
    const { tom, jerry } = await pair();
    const device = await Device.login('4.8.4', system.origin, jerry);
    const toms = client();
    await toms.login({ userId: tom });
    const jerrys = toms.conversation('friend', jerry);
    await device.say(text(tom, 'one'));
    await expect.poll(() => jerrys.getSnapshot().messages.length).toBe(1);
    toms.pause();
    expect(toms.getSnapshot().status).toBe('offline');
    await device.say(text(tom, 'two'));
    const mine = jerrys.send('three');
    toms.resume();
    await mine.sent();
    await expect.poll(() => jerrys.getSnapshot().messages.map(({ body }) => body)).toEqual(['one', 'two', 'three']);
    expect(jerrys.getSnapshot().unread).toBe(2);
  });
});
