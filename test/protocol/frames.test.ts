import { describe, expect, it } from 'vitest';
import {
  ackFrame,
  CLOSE,
  connectErrorFrame,
  connectFrame,
  disconnectFrame,
  eventFrame,
  NOOP,
  openFrame,
  PING,
  PONG,
} from '../../functions/protocol/index.ts';

const handshake = { sid: 'abc', pingInterval: 300, pingTimeout: 200, maxPayload: 1000 };

describe('what the server writes', () => {
  it('opens Engine.IO 3 without a word about the largest frame', () => {
    expect(openFrame(3, handshake)).toBe('0{"sid":"abc","upgrades":[],"pingInterval":300,"pingTimeout":200}');
  });

  it('opens Engine.IO 4 with the largest frame', () => {
    expect(openFrame(4, handshake)).toBe(
      '0{"sid":"abc","upgrades":[],"pingInterval":300,"pingTimeout":200,"maxPayload":1000}',
    );
  });

  it('confirms namespaces, with the session id in Engine.IO 4 only', () => {
    expect(connectFrame(3, '/', 's')).toBe('40');
    expect(connectFrame(3, '/chat', 's')).toBe('40/chat');
    expect(connectFrame(4, '/', 's')).toBe('40{"sid":"s"}');
    expect(connectFrame(4, '/chat', 's')).toBe('40/chat,{"sid":"s"}');
  });

  it('refuses namespaces, with a bare text in Engine.IO 3', () => {
    expect(connectErrorFrame(3, '/chat', { message: 'no "entry"', data: 1 })).toBe('44/chat,"no \\"entry\\""');
    expect(connectErrorFrame(3, '/', { message: 'no' })).toBe('44"no"');
    expect(connectErrorFrame(4, '/chat', { message: 'no' })).toBe('44/chat,{"message":"no"}');
    expect(connectErrorFrame(4, '/', { message: 'no', data: { code: 1 } })).toBe(
      '44{"message":"no","data":{"code":1}}',
    );
  });

  it('puts clients out of namespaces', () => {
    expect(disconnectFrame('/')).toBe('41');
    expect(disconnectFrame('/chat')).toBe('41/chat,');
  });

  it('sends events, with an id where one is given', () => {
    expect(eventFrame('/', 'say', [])).toBe('42["say"]');
    expect(eventFrame('/chat', 'say', [1, { a: null }])).toBe('42/chat,["say",1,{"a":null}]');
    expect(eventFrame('/chat', 'say', ['x'], 0)).toBe('42/chat,0["say","x"]');
  });

  it('acknowledges', () => {
    expect(ackFrame('/', 0, [])).toBe('430[]');
    expect(ackFrame('/chat', 12, ['ok'])).toBe('43/chat,12["ok"]');
  });

  it('has the four bare packets', () => {
    expect([CLOSE, PING, PONG, NOOP]).toEqual(['1', '2', '3', '6']);
  });
});

describe('what the server must not write', () => {
  it.each(['', 'chat', '/a,b', ','])('the namespace %j', (namespace) => {
    expect(() => eventFrame(namespace, 'say', [])).toThrow(RangeError);
    expect(() => connectFrame(3, namespace, 's')).toThrow(RangeError);
    expect(() => connectErrorFrame(4, namespace, { message: 'no' })).toThrow(RangeError);
    expect(() => disconnectFrame(namespace)).toThrow(RangeError);
  });

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('the packet id %d', (id) => {
    expect(() => eventFrame('/', 'say', [], id)).toThrow(RangeError);
    expect(() => ackFrame('/', id, [])).toThrow(RangeError);
  });

  it.each(['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'])(
    'an event named %s',
    (name) => {
      expect(() => eventFrame('/', name, [])).toThrow('reserved');
    },
  );
});
