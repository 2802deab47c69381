import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Device, text } from '../support/device.ts';
import { app, befriend, credentials, macaw, rest, someone } from '../support/macaw.ts';
import { RawClient } from '../support/raw.ts';
import { scene } from '../support/scene.ts';
import { closeTravellers, later, Traveller } from '../support/traveller.ts';

const system = macaw();
const { call, create } = scene(system);

/** Somebody with one friend, who stays online all the time. */
let tom: string;
let toms: Traveller;

beforeAll(async () => {
  tom = someone('tom');
  toms = await Traveller.login(system.cloud, { client: tom }, { query: { recovery: 'false' } });
  // From here on, nobody can have missed that he came.
  for (let n = 0; n < 5; n++) await later();
}, 60_000);

afterEach(() => {
  closeTravellers(toms);
  return system.cloud.settled();
});

/** A friend of Tom's who has just been told something by him. */
async function jerry(options?: Parameters<typeof Traveller.login>[2]): Promise<{ id: string; device: Traveller }> {
  const id = someone('jerry');
  await befriend(system.origin, tom, id);
  const device = await Traveller.login(system.cloud, { client: id }, options);
  await reach(id, device, 'first');
  return { id, device };
}

async function reach(id: string, device: Traveller, body: string): Promise<void> {
  await later();
  await toms.say(id, body);
  await device.until(`message ${body}`);
  await system.cloud.settled();
}

async function awayDuring(device: Traveller, act: () => Promise<unknown>): Promise<boolean> {
  await device.cut();
  await later();
  await act();
  await system.cloud.settled();
  await later();
  const recovered = await device.back();
  await system.cloud.settled();
  return recovered;
}

describe('a client that comes back', () => {
  it('gets exactly what it missed, in order and once, from friends, groups, strangers and its own other devices', async () => {
    const { id, device } = await jerry();
    const stranger = someone('spike');
    const spikes = await Device.login('1.4.8', system.origin, stranger);
    const phone = await Device.login('1.4.8', system.origin, id);
    const group = await create('group', { owner: tom, members: [id] });
    await reach(id, device, 'before');
    const recovered = await awayDuring(device, async () => {
      await toms.say(id, 'one');
      await phone.say(text(tom, 'two'));
      await spikes.say(text(id, 'three', { to: { id: stranger && id, type: 4 } }));
      await toms.say(group, 'four', { to: { id: group, type: 1 } });
      await phone.say(text(group, 'five', { to: { id: group, type: 1 } }));
    });
    const missed = ['message one', 'yourself two', 'message three', 'message four', 'yourself five'];
    expect({ recovered, told: device.told.slice(2) }).toEqual({ recovered: true, told: missed });
    // It goes on, and does so once more.
    await reach(id, device, 'six');
    expect(await awayDuring(device, () => toms.say(id, 'seven'))).toBe(true);
    expect(device.told.slice(7)).toEqual(['message six', 'message seven']);
  }, 60_000);

  it('gets the events as they would have come', async () => {
    const { id, device } = await jerry();
    const events: unknown[][] = [];
    device.socket.onAny((...event) => events.push(event));
    const group = await create('group', { owner: tom, members: [id] });
    const phone = await Device.login('1.4.8', system.origin, id);
    const speak = async (n: number) => {
      await toms.say(id, `friend ${n}`, { remark: 'a' });
      await toms.say(group, `group ${n}`, { to: { id: group, type: 1 } });
      await phone.say(text(tom, `own ${n}`));
    };
    await later();
    await speak(1);
    await device.until('yourself own 1');
    await reach(id, device, 'before');
    expect(await awayDuring(device, () => speak(2))).toBe(true);
    const shape = (n: number) =>
      events
        .filter(([, said]) => JSON.stringify(said).includes(` ${n}"`))
        .map(([event, said, offset]) => [
          event,
          JSON.parse(JSON.stringify(said).replaceAll(` ${n}"`, '"')),
          typeof offset,
        ])
        .map(([event, said, offset]) => [event, { ...said, id: typeof said.id, ts: typeof said.ts }, offset]);
    const byName = (n: number) => shape(n).sort(([a], [b]) => String(a).localeCompare(String(b)));
    expect(byName(1)).toHaveLength(3);
    expect(byName(2)).toEqual(byName(1));
  }, 60_000);

  it('is recovered when it missed nothing, also when nothing at all was said since it came', async () => {
    const { device } = await jerry();
    expect(await awayDuring(device, async () => undefined)).toBe(true);
    expect(await awayDuring(device, async () => undefined)).toBe(true);
    expect(device.told).toEqual(['message first']);
  }, 60_000);

  it('is told nothing anew of what it said itself', async () => {
    const { id, device } = await jerry();
    await later();
    device.socket.emit('say', { to: { id: tom, type: 0 }, content: { media: 0, body: 'mine' }, ack: 7 });
    await device.until('ack 7');
    await later();
    await device.say(tom, 'mine, too');
    await later();
    expect(await awayDuring(device, () => toms.say(id, 'one'))).toBe(true);
    expect(device.told).toEqual(['message first', 'ack 7', 'message one']);
  }, 60_000);

  it('gets the ack that it did not see', async () => {
    const { id, device } = await jerry();
    const kept = device.claim;
    await later();
    device.socket.emit('say', { to: { id: tom, type: 0 }, content: { media: 0, body: 'mine' }, ack: 8 });
    await device.until('ack 8');
    await device.cut();
    await later();
    const raw = await asking(id);
    raw.send(`40/chat,${JSON.stringify(kept)}`);
    await raw.until((frame) => frame.includes('"login"'));
    expect(raw.frames.received.filter((frame) => String(frame).startsWith('42/chat,'))).toEqual([
      expect.stringContaining('"ack",{"ack":8,'),
      expect.stringContaining('"login"'),
    ]);
    raw.close();
  }, 60_000);

  it('may have brought its credentials in the CONNECT payload', async () => {
    const { id, device } = await jerry({ inPayload: true });
    expect(await awayDuring(device, () => toms.say(id, 'one'))).toBe(true);
    expect(device.told).toEqual(['message first', 'message one']);
  }, 60_000);

  it('is not recovered in another session, as another user, or from an offset that is none', async () => {
    const { id, device } = await jerry();
    await device.cut();
    await later();
    const butch = someone('butch');
    const kept = device.claim;
    const claims = [
      [butch, kept],
      [id, { ...kept, pid: 'nobody' }],
      [id, { ...kept, pid: String(kept.pid).replace(/\.\d+\./, `.${Date.now()}.`) }],
      [id, { ...kept, offset: 'tom' }],
      [id, { ...kept, offset: `.${Date.now() + 60_000}-later` }],
      [id, { pid: 7, offset: {} }],
    ] as const;
    for (const [client, claim] of claims) {
      const raw = await asking(client);
      raw.send(`40/chat,${JSON.stringify(claim)}`);
      const confirmed = await raw.until((frame) => frame.startsWith('40/chat,'));
      expect(JSON.parse(confirmed.slice(8)).pid).not.toBe(claim.pid);
      await raw.until((frame) => frame.includes('"login"'));
      raw.close();
    }
  }, 60_000);
});

/** A client that asks for its namespace by hand. */
async function asking(client: string, query: Record<string, string> = {}): Promise<RawClient> {
  const auth = JSON.stringify(credentials({ client }));
  const raw = await RawClient.connect(system.origin, {
    EIO: '4',
    transport: 'websocket',
    auth,
    recovery: 'true',
    ...query,
  });
  await raw.until((frame) => frame.startsWith('0'));
  return raw;
}

describe('a client is not recovered, and gets nothing again,', () => {
  const master = { 'X-ML-MasterKey': app.masterKey };

  it.each<[string, (id: string) => Promise<unknown>]>([
    [
      'a visitor spoke to it',
      async (id) => {
        const tyke = await Device.login('1.4.8', system.origin, { passenger: { name: 'Tyke' } });
        await tyke.say(text(id, 'hello'));
      },
    ],
    ['it was told by the system', (id) => call('POST', `/system/${id}`, { content: { media: 0, body: 'x' } }, master)],
    [
      'its group was told by the system',
      async (id) => {
        const group = await create('group', { owner: tom, members: [id] });
        await call('POST', `/system/${group}?group`, { content: { media: 0, body: 'x' } }, master);
      },
    ],
    [
      'a friend has come',
      async (id) => {
        const butch = someone('butch');
        await befriend(system.origin, id, butch);
        await Device.login('1.4.8', system.origin, butch);
      },
    ],
    [
      'a friendship has ended',
      async (id) => {
        await toms.say(id, 'farewell');
        await call('DELETE', `/ctx/${id}/friends/${tom}`);
      },
    ],
    [
      'it has left a group',
      async (id) => {
        const group = await create('group', { owner: tom, members: [id] });
        await toms.say(group, 'farewell', { to: { id: group, type: 1 } });
        await call('DELETE', `/groups/${group}/members/${id}`);
      },
    ],
    [
      'its group was deleted',
      async (id) => {
        const group = await create('group', { owner: tom, members: [id] });
        await toms.say(group, 'farewell', { to: { id: group, type: 1 } });
        await call('DELETE', `/groups/${group}`);
      },
    ],
    [
      'what was said has been erased',
      async (id) => {
        const group = await create('group', { owner: tom, members: [id] });
        await toms.say(group, 'secret', { to: { id: group, type: 1 } });
        await call('DELETE', `/groups/${group}/chats`);
      },
    ],
    [
      'it has joined a group where something was said',
      async (id) => {
        const group = await create('group', { owner: tom });
        await toms.say(group, 'secret', { to: { id: group, type: 1 } });
        await call('POST', `/groups/${group}/members/${id}`);
      },
    ],
    ['it is in a room', (id) => create('room', { members: [id] })],
    [
      'it has left a room',
      async (id) => {
        const room = await create('room', { members: [id, tom] });
        await toms.say(room, 'hello', { to: { id: room, type: 2 } });
        await call('DELETE', `/rooms/${room}/members/${id}`);
      },
    ],
  ])(
    'when %s',
    async (_, act) => {
      const { id, device } = await jerry();
      expect(await awayDuring(device, () => act(id))).toBe(false);
      expect(device.told).toEqual(['message first']);
    },
    60_000,
  );

  it('when a message came together with the last that it saw', async () => {
    const { id, device } = await jerry();
    await later();
    await Promise.all([toms.say(id, 'one'), toms.say(id, 'two')]);
    await device.until('message two');
    await device.until('message one');
    expect(await awayDuring(device, async () => undefined)).toBe(false);
    // From there on it is as if it had just come.
    await reach(id, device, 'three');
    expect(await awayDuring(device, () => toms.say(id, 'four'))).toBe(true);
    expect(device.told.slice(3)).toEqual(['message three', 'message four']);
  }, 60_000);

  it('when a message came just before it did', async () => {
    const { id, device } = await jerry();
    await device.cut();
    await later();
    await toms.say(id, 'one');
    expect(await device.back()).toBe(false);
    expect(device.told).toEqual(['message first']);
  }, 60_000);

  it('when it missed too much', async () => {
    const { id, device } = await jerry();
    const recovered = await awayDuring(device, async () => {
      for (let n = 0; n <= 100; n++) toms.say(id, `number ${n}`).catch(() => undefined);
      await toms.say(id, 'last');
    });
    expect({ recovered, told: device.told }).toEqual({ recovered: false, told: ['message first'] });
  }, 90_000);

  it('twice from where it was', async () => {
    const { id, device } = await jerry();
    const kept = device.claim;
    await device.cut();
    await later();
    const answers: string[] = [];
    for (let n = 0; n < 2; n++) {
      const raw = await asking(id);
      raw.send(`40/chat,${JSON.stringify(kept)}`);
      answers.push(JSON.parse((await raw.until((frame) => frame.startsWith('40/chat,'))).slice(8)).pid);
      await raw.until((frame) => frame.includes('"login"'));
      raw.close();
      await system.cloud.settled();
    }
    expect(answers[0]).toBe(kept.pid);
    expect(answers[1]).not.toBe(kept.pid);
  }, 60_000);
});

describe('who recovers', () => {
  const first = async (raw: RawClient) => {
    raw.send('40/chat,');
    await raw.until((frame) => frame.includes('"login"'));
    await system.cloud.settled();
    raw.close();
    return raw.frames.received.slice(1).map(String);
  };

  it('is confirmed once, when it asks, with a session; and each of its events says where it is', async () => {
    const id = someone();
    const raw = await asking(id);
    raw.send('40/chat,');
    raw.send('40/chat,');
    const frames = await first(raw);
    expect(frames).toEqual([
      expect.stringMatching(/^40\/chat,\{"sid":"[^"]+","pid":"[^"]+\.\d+\.[^"]+"\}$/),
      expect.stringMatching(new RegExp(`^42/chat,\\["login",\\{"success":true,"id":"${id}"\\},"\\.\\d+-login"\\]$`)),
    ]);
  });

  it.each([
    ['puts a time into its URL', { t: 'Pa1b2c3' }],
    ['says that it does not', { recovery: 'false' }],
  ])('is no client that %s: it is confirmed at once, and gets what it always got', async (_, query) => {
    const id = someone();
    const auth = JSON.stringify(credentials({ client: id }));
    const raw = await RawClient.connect(system.origin, {
      EIO: '4',
      transport: 'websocket',
      auth,
      recovery: '',
      ...query,
    });
    await raw.until((frame) => frame.includes('"login"'));
    const { sid } = JSON.parse(String(raw.frames.received[0]).slice(1));
    expect(raw.frames.received.slice(1)).toEqual([
      `40/chat,{"sid":"${sid}"}`,
      `42/chat,["login",{"success":true,"id":"${id}"}]`,
    ]);
    raw.close();
  });

  it('is told so by its credentials, too', async () => {
    const id = someone();
    const device = await Traveller.login(system.cloud, { client: id, recovery: false }, { inPayload: true });
    expect(device.counts).toEqual([1]);
    expect(Reflect.get(device.socket, '_pid')).toBeUndefined();
    const python = await Traveller.login(
      system.cloud,
      { client: id, recovery: 'true' },
      { inPayload: true, query: { t: 'Pa1b2c3' } },
    );
    expect(python.counts).toEqual([2]);
  });

  it('is no visitor', async () => {
    const device = await Traveller.login(system.cloud, { passenger: { name: 'Tyke' } });
    expect(device.counts).toEqual([1]);
  });

  it('is put out when its login fails after it asked', async () => {
    const raw = await RawClient.connect(system.origin, {
      ...{ EIO: '4', transport: 'websocket', recovery: 'true' },
      auth: JSON.stringify(credentials({ client: someone(), install: 'install' }, 'no such key')),
    });
    await raw.until((frame) => frame.startsWith('41/chat'));
    await raw.closed;
    expect(raw.frames.received.some((frame) => String(frame).includes('"success":false'))).toBe(true);
  });

  it('binds its installation and is announced to everybody, though it logs in later than others', async () => {
    const [id, install] = [someone(), someone('install')];
    const told: unknown[] = [];
    toms.socket.on('online_x', (who) => told.push(who));
    await Traveller.login(system.cloud, { client: id, install, notifyAll: true });
    expect(told).toEqual([id]);
    const { body } = await rest(system.origin, 'GET', `/ctx/${id}`);
    expect(body).toMatchObject({ installs: [install] });
  });
});
