import { describe, expect, it, onTestFinished } from 'vitest';
import { Device, text } from '../support/device.ts';
import { befriend, macaw, rest, someone } from '../support/macaw.ts';

const system = macaw();
const login = (who: string | Record<string, unknown>) => Device.login('4.8.4', system.origin, who);
const stored = async (path: string) => (await rest(system.origin, 'GET', path)).body;

describe('strangers', () => {
  it('are written to without being friends, and see the speaker as a stranger', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const [toms, jerrys] = await Promise.all([login(tom), login(jerry)]);
    expect(await toms.say({ to: { id: jerry, type: 4 }, content: { media: 0, body: 'do I know you?' } })).toMatchObject(
      { success: true },
    );
    expect(await jerrys.messages.at()).toMatchObject({
      from: { id: tom, type: 4 },
      content: { body: 'do I know you?' },
    });
    const history = [{ speaker: tom, content: { media: 0, body: 'do I know you?' } }];
    expect(await stored(`/ctx/${tom}/strangers/${jerry}/chats`)).toMatchObject(history);
    expect(await stored(`/ctx/${jerry}/strangers/${tom}/chats`)).toMatchObject(history);
    expect(await stored(`/ctx/${jerry}/friends/${tom}/chats`)).toEqual([]);
  });

  it('must exist', async () => {
    const tom = await login(someone('tom'));
    const nobody = someone('nobody');
    expect(await tom.say({ to: { id: nobody, type: 4 }, content: { body: 'hello?' } })).toMatchObject({
      success: false,
      error: 5004,
    });
  });
});

describe('a message right after', () => {
  /** Makes reads that need not be up to date miss an item. */
  const missing = (key: string) => {
    onTestFinished(() => system.cloud.delayReplication(undefined));
    system.cloud.delayReplication(key);
  };

  it('the start of a friendship is accepted', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const toms = await login(tom);
    await befriend(system.origin, tom, jerry);
    missing(`friend#${jerry}`);
    expect(await toms.say(text(jerry, 'hello'))).toMatchObject({ success: true });
    expect(await rest(system.origin, 'POST', `/ctx/${tom}/friends/${jerry}`)).toMatchObject({ status: 200 });
  });

  it('a user joined a group is accepted', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const [toms] = [await login(tom), await login(jerry)];
    const { body: group } = await rest(system.origin, 'POST', '/groups', { body: { owner: jerry, members: [tom] } });
    missing(`group#${group}`);
    const said = await toms.say({ to: { id: String(group), type: 1 }, content: { media: 0, body: 'hello' } });
    expect(said).toMatchObject({ success: true });
  });
});

describe('visitors', () => {
  it('get an id, keep the attributes they bring, and talk with users both ways', async () => {
    const tom = someone('tom');
    const toms = await login(tom);
    const visitor = await login({ passenger: { nickname: 'guest' } });
    const pid = await visitor.loggedIn();
    expect(pid).toMatch(/^[0-9a-f]{32}$/);

    await visitor.say({ to: { id: tom }, content: { media: 0, body: 'is anybody there?' } });
    expect(await toms.messages.at()).toMatchObject({ from: { id: pid, type: 3 } });
    await toms.say({ to: { id: pid, type: 3 }, content: { media: 0, body: 'yes' } });
    expect(await visitor.messages.at()).toMatchObject({ from: { id: tom, type: 0 }, content: { body: 'yes' } });
  });

  it('come back under the id that they were given', async () => {
    const first = await login({ passenger: {} });
    const id = await first.loggedIn();
    first.close();
    const again = await login({ passenger: { id, nickname: 'guest' } });
    expect(await again.loggedIn()).toBe(id);
  });
});

describe('a login', () => {
  it.each([
    ['no form of login', {}, 5001],
    ['an id with a space', { client: 'a b' }, 5001],
    ['an id that no object can have as key', { client: '__proto__' }, 5001],
    ['an id of 129 characters', { client: 'x'.repeat(129) }, 5010],
    ['an account that there is not', { username: 'tom', password: 'secret' }, 5003],
    ['a phone without its country', { phone: '13800000000', password: '123456' }, 5001],
    ['a phone that was sent no code', { phone: '+8613800000000', password: '123456' }, 5003],
    ['a third party that is not set up', { oauth: { weixin: { id: '1', access_token: 't' } } }, 5009],
  ])('with %s is refused with a code and a sentence', async (_, form, error) => {
    const { credentials } = await import('../support/macaw.ts');
    const query = { auth: JSON.stringify(credentials(form)) };
    const device = new Device('4.8.4', system.origin, { query, options: { reconnection: false } });
    expect(await device.logins.at()).toEqual({ success: false, error, message: expect.stringMatching(/\w+ \w+/) });
    await device.disconnects.at();
  });

  it.each(['{', 'null', '[]', '"x"'])('with %s for credentials is refused', async (auth) => {
    const device = new Device('1.7.4', system.origin, { query: { auth }, options: { reconnection: false } });
    expect(await device.logins.at()).toMatchObject({ success: false, error: 5001 });
    await device.disconnects.at();
  });
});

describe('a message that is refused', () => {
  it.each([
    ['no argument', undefined, 5001, 'say'],
    ['a string', 'hello', 5001, 'say'],
    ['no receiver', { content: { body: 'x' } }, 5001, 'to'],
    ['no receiver id', { to: {}, content: { body: 'x' } }, 5001, 'to.id'],
    ['a receiver id that is a number', { to: { id: 5 }, content: { body: 'x' } }, 5001, 'to.id'],
    ['a receiver id with a slash', { to: { id: 'a/b' }, content: { body: 'x' } }, 5001, 'to.id'],
    ['a receiver id of 129 characters', { to: { id: 'x'.repeat(129) }, content: { body: 'x' } }, 5010, 'to.id'],
    ['an unknown type', { to: { id: 'a', type: 9 }, content: { body: 'x' } }, 5001, 'to.type'],
    ['no content', { to: { id: 'a' } }, 5001, 'content'],
    ['a body that is a number', { to: { id: 'a' }, content: { body: 5 } }, 5001, 'content.body'],
    ['an unknown medium', { to: { id: 'a' }, content: { media: 6, body: 'x' } }, 5001, 'content.media'],
    ['an ack that is a word', { to: { id: 'a' }, content: { body: 'x' }, ack: 'one' }, 5001, 'ack'],
    ['a body that is too long', { to: { id: 'a' }, content: { body: 'x'.repeat(29 * 1024) } }, 5010, 'content'],
    [
      'a remark that is too long',
      { to: { id: 'a' }, content: { body: 'x' }, remark: 'x'.repeat(3 * 1024) },
      5010,
      'remark',
    ],
    ['a receiver who is no friend', { to: { id: 'nofriend' }, content: { body: 'x' } }, 5003, 'nofriend'],
  ])(
    'for %s comes back with a code that names it, never as ack, and the connection goes on',
    async (_, message, error, named) => {
      const [tom, jerry] = [someone('tom'), someone('jerry')];
      await befriend(system.origin, tom, jerry);
      const toms = await login(tom);
      expect(await toms.say(message)).toEqual(
        expect.objectContaining({ success: false, error, message: expect.stringContaining(named) }),
      );
      expect(await toms.refusals.at()).toMatchObject({ error, message: expect.stringContaining(named) });
      expect(await toms.say(text(jerry, 'still here'))).toMatchObject({ success: true });
      expect(toms.acks.received).toEqual([]);
      expect(await stored(`/ctx/${tom}/friends/${jerry}/chats`)).toMatchObject([{ content: { body: 'still here' } }]);
    },
  );

  it('to oneself says so', async () => {
    const tom = someone('tom');
    const toms = await login(tom);
    expect(await toms.say(text(tom, 'note to self'))).toMatchObject({ success: false, error: 5001 });
  });

  it('tells by its ack number which it was, for clients that ask for no acknowledgement', async () => {
    const toms = await login(someone('tom'));
    toms.client.emit('say', text('nofriend', 'x', { ack: 41 }));
    expect(await toms.refusals.at()).toMatchObject({ error: 5003, ack: 41 });
    expect(toms.acks.received).toEqual([]);
  });

  it('because the event is unknown is refused alike', async () => {
    const toms = await login(someone('tom'));
    toms.client.emit('shout', { to: { id: 'a' } });
    expect(await toms.refusals.at()).toMatchObject({ error: 5009, message: expect.stringContaining('shout') });
  });
});

describe('history', () => {
  it('answers the newest before a moment, oldest first, at most as many as asked for', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    const toms = await login(tom);
    const times: number[] = [];
    for (let n = 1; n <= 5; n++) {
      const said = (await toms.say(text(jerry, String(n)))) as { ts: number };
      times.push(said.ts);
    }
    const bodies = async (query: string) =>
      ((await stored(`/ctx/${tom}/friends/${jerry}/chats${query}`)) as { content: { body: string } }[]).map(
        ({ content }) => content.body,
      );
    expect(await bodies('')).toEqual(['1', '2', '3', '4', '5']);
    expect(await bodies('?limit=2')).toEqual(['4', '5']);
    expect(await bodies(`?ts=${times[3]}&limit=2`)).toEqual(['2', '3']);
    expect(await bodies('?limit=100000')).toHaveLength(5);
    expect(await bodies('?ts=1')).toEqual([]);
    expect(await bodies('?ts=9999999999999999')).toHaveLength(5);
  });

  it('shows in the list of friends who is online and what was said last', async () => {
    const [tom, jerry, butch] = [someone('tom'), someone('jerry'), someone('butch')];
    await befriend(system.origin, tom, jerry);
    await befriend(system.origin, tom, butch);
    const toms = await login(tom);
    const jerrys = await login(jerry);
    await toms.say(text(jerry, 'first'));
    await jerrys.say(text(tom, 'last', { remark: 'r' }));
    const list = await stored(`/ctx/${tom}/friends?detail`);
    expect(list).toEqual([
      { id: butch, online: false },
      {
        id: jerry,
        online: true,
        recent: expect.objectContaining({ speaker: jerry, content: { media: 0, body: 'last' }, remark: 'r' }),
      },
    ]);
  });
});

describe("MaxIM's JavaScript clients 3.x", () => {
  const friends = async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const [toms, jerrys] = await Promise.all([login(tom), login(jerry)]);
    await befriend(system.origin, tom, jerry);
    return { toms, jerrys, to: { id: jerry, type: 0 } };
  };

  it('say their messages as JSON text', async () => {
    const { toms, jerrys, to } = await friends();
    toms.client.emit('say', JSON.stringify({ to, content: { media: 0, body: 'from 2016' }, ts: 1 }));
    expect(await jerrys.messages.at()).toMatchObject({ content: { media: 0, body: 'from 2016' } });
  });

  it('give as a body the URLs that an upload was answered with', async () => {
    const { toms, jerrys, to } = await friends();
    const body = ['https://chat.example/cat.jpg', 'https://chat.example/cat-small.jpg'];
    toms.client.emit('say', JSON.stringify({ to, content: { media: 1, body } }));
    expect(await jerrys.messages.at()).toMatchObject({ content: { media: 1, body: body[0] } });
  });
});
