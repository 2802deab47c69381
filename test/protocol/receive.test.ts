import { describe, expect, it } from 'vitest';
import { type Eio, type Incoming, parseEio, receive } from '../../functions/protocol/index.ts';

const none = { query: {}, payload: {} };
const auth = '{"app":"a","sign":"c0ffee,17","client":"ann"}';

/** Recorded frames of stock clients. */
const RECORDED: readonly [client: string, eio: Eio, frame: string, meaning: Incoming][] = [
  ['1.4.8 joins', 3, '40/chat', { kind: 'connect', namespace: '/chat', ...none }],
  ['1.7.4 joins', 3, `40/chat?auth=${auth}`, { kind: 'connect', namespace: '/chat', query: { auth }, payload: {} }],
  ['2.5.0 joins', 3, `40/chat?auth=${auth},`, { kind: 'connect', namespace: '/chat', query: { auth }, payload: {} }],
  [
    '2.5.0 joins with an encoded query',
    3,
    `40/chat?auth=${encodeURIComponent(auth)}&v=1,`,
    { kind: 'connect', namespace: '/chat', query: { auth, v: '1' }, payload: {} },
  ],
  ['3.1.3 joins', 4, '40/chat,', { kind: 'connect', namespace: '/chat', ...none }],
  [
    '4.8.4 joins with a payload',
    4,
    '40/chat,{"auth":{"app":"a"},"n":[1,2]}',
    { kind: 'connect', namespace: '/chat', query: {}, payload: { auth: { app: 'a' }, n: [1, 2] } },
  ],
  ['4.8.4 joins the main namespace', 4, '40', { kind: 'connect', namespace: '/', ...none }],
  [
    '4.8.4 joins the main namespace with a payload',
    4,
    '40{"token":"123"}',
    { kind: 'connect', namespace: '/', query: {}, payload: { token: '123' } },
  ],
  ['any says', 3, '42/chat,["say",{"a":1}]', { kind: 'event', namespace: '/chat', name: 'say', args: [{ a: 1 }] }],
  [
    'any says and waits',
    4,
    '42/chat,0["say",{"a":1},null]',
    { kind: 'event', namespace: '/chat', id: 0, name: 'say', args: [{ a: 1 }, null] },
  ],
  ['any acknowledges', 3, '43/chat,12["ok"]', { kind: 'ack', namespace: '/chat', id: 12, args: ['ok'] }],
  ['any acknowledges with nothing', 4, '433[]', { kind: 'ack', namespace: '/', id: 3, args: [] }],
  ['1.4.8 leaves', 3, '41/chat', { kind: 'disconnect', namespace: '/chat' }],
  ['2.5.0 leaves', 3, '41/chat,', { kind: 'disconnect', namespace: '/chat' }],
  ['4.8.4 leaves', 4, '41/chat,', { kind: 'disconnect', namespace: '/chat' }],
  ['another client leaves without the comma', 4, '41/chat', { kind: 'disconnect', namespace: '/chat' }],
  ['any leaves the main namespace', 4, '41', { kind: 'disconnect', namespace: '/' }],
  ['2.5.0 pings', 3, '2', { kind: 'ping', reply: '3' }],
  ['4.8.4 answers a ping', 4, '3', { kind: 'pong' }],
  ['any probes an upgrade', 4, '2probe', { kind: 'ping', reply: '3probe' }],
  ['any upgrades', 3, '5', { kind: 'upgrade' }],
  ['any says nothing', 3, '6', { kind: 'noop' }],
  ['any closes', 4, '1', { kind: 'close' }],
];

describe('what stock clients send', () => {
  it.each(RECORDED)('%s (Engine.IO %i): %s', (_client, eio, frame, meaning) => {
    expect(receive(eio, frame)).toEqual(meaning);
  });
});

describe('the query behind a namespace', () => {
  const queryOf = (text: string) => {
    const incoming = receive(3, `40/chat?${text}`);
    return incoming.kind === 'connect' ? incoming.query : incoming;
  };

  it('keeps a percent sign in raw JSON, whatever follows it', () => {
    expect(queryOf('auth={"password":"100%"}')).toEqual({ auth: '{"password":"100%"}' });
    expect(queryOf('auth={"password":"a%20b"}')).toEqual({ auth: '{"password":"a%20b"}' });
  });

  it('keeps an invalid escape unchanged', () => {
    expect(queryOf('a=%&b=%zz&c=%E4%BD&%=d')).toEqual({ a: '%', b: '%zz', c: '%E4%BD', '%': 'd' });
  });

  it('decodes keys and values, and takes a plus for a plus', () => {
    expect(queryOf('a%20b=%E4%BD%A0+1&phone=+86')).toEqual({ 'a b': '你+1', phone: '+86' });
  });

  it('takes what has no value for empty, and the first of equal keys', () => {
    expect(queryOf('a&b=&&c=1&c=2&=x')).toEqual({ a: '', b: '', c: '1' });
  });

  it('loses one comma at its end, and no more', () => {
    expect(queryOf('a=1,2,,')).toEqual({ a: '1,2,' });
  });

  it('cannot reach the prototype of anything', () => {
    const query = queryOf('__proto__=x&constructor=y&toString=z');
    expect(Object.keys(query)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(Object.getPrototypeOf(query)).toBeNull();
  });

  it('belongs to no other packet of Engine.IO 3', () => {
    expect(receive(3, '42/chat?a=1,["say"]')).toEqual({ kind: 'event', namespace: '/chat', name: 'say', args: [] });
    expect(receive(3, '41/chat?a=1')).toEqual({ kind: 'disconnect', namespace: '/chat' });
  });

  it('is part of the namespace in Engine.IO 4', () => {
    expect(receive(4, '40/chat?a=1,{"b":2}')).toEqual({
      kind: 'connect',
      namespace: '/chat?a=1',
      query: {},
      payload: { b: 2 },
    });
  });

  it('does not begin in the payload', () => {
    expect(receive(3, '40/chat,{"a":"?b=1"}')).toEqual({
      kind: 'connect',
      namespace: '/chat',
      query: {},
      payload: { a: '?b=1' },
    });
  });
});

describe('what other clients may send', () => {
  it('the main namespace may be written out', () => {
    expect(receive(4, '42/,["say"]')).toEqual({ kind: 'event', namespace: '/', name: 'say', args: [] });
    expect(receive(3, '40/?a=1')).toEqual({ kind: 'connect', namespace: '/', query: { a: '1' }, payload: {} });
  });

  it('a number names an event', () => {
    expect(receive(4, '42[7,"x"]')).toEqual({ kind: 'event', namespace: '/', name: '7', args: ['x'] });
  });

  it('an acknowledgement may come without data', () => {
    expect(receive(4, '435')).toEqual({ kind: 'ack', namespace: '/', id: 5, args: [] });
  });

  it('the largest safe integer is an id', () => {
    expect(receive(4, '429007199254740991["say"]')).toMatchObject({ id: Number.MAX_SAFE_INTEGER });
  });

  it('an event without an id has no id, rather than an undefined one', () => {
    expect(receive(4, '42["say"]')).not.toHaveProperty('id');
  });
});

describe('the protocol revision', () => {
  it('is 3 or 4, as text', () => {
    expect(parseEio('3')).toBe(3);
    expect(parseEio('4')).toBe(4);
  });

  it.each([undefined, null])('is 3 when the client does not name it (%j)', (value) => {
    expect(parseEio(value)).toBe(3);
  });

  it.each(['', '2', '5', '03', '4.0', ' 4', 'abc', 3, 4, ['4']])('is not %j', (value) => {
    expect(parseEio(value)).toBeUndefined();
  });
});
