import { beforeEach, describe, expect, it } from 'vitest';
import {
  type Application,
  type Connection,
  type Eio,
  receive,
  serve as serveFrame,
} from '../../functions/protocol/index.ts';

const serve = (application: Application, connection: Connection, frame: string) =>
  serveFrame(application, connection, receive(connection.eio, frame));

let received: unknown[][];
let wire: string[];

beforeEach(() => {
  received = [];
  wire = [];
});

/** Records its calls. Rejects the namespace `/no`, and answers every event except `mute` with its arguments. */
const application: Application = {
  async connect({ namespace }, handshake) {
    received.push(['connect', namespace, handshake]);
    return namespace === '/no' ? { message: 'No entry', data: { code: 7 } } : undefined;
  },
  async connected(socket) {
    received.push(['connected', socket.namespace, [...socket.connection.namespaces]]);
    await socket.emit('hello', socket.namespace);
  },
  async event({ namespace }, name, args, id) {
    received.push(['event', namespace, name, args, id]);
    return name === 'mute' ? undefined : args;
  },
  async ack({ namespace }, id, args) {
    received.push(['ack', namespace, id, args]);
  },
  async disconnect({ namespace, connection }) {
    received.push(['disconnect', namespace, [...connection.namespaces]]);
  },
};

function connectionOf(eio: Eio, ...namespaces: string[]): Connection {
  return {
    id: 'c1',
    eio,
    namespaces: new Set(namespaces),
    send: async (frame) => void wire.push(frame),
    close: async () => void wire.push('(closed)'),
  };
}

describe('a join', () => {
  it('is decided, confirmed and then reported, in this order', async () => {
    const connection = connectionOf(4);
    await serve(application, connection, '40/chat,{"token":"t"}');
    expect(received).toEqual([
      ['connect', '/chat', { query: {}, payload: { token: 't' } }],
      ['connected', '/chat', ['/chat']],
    ]);
    expect(wire).toEqual(['40/chat,{"sid":"c1"}', '42/chat,["hello","/chat"]']);
  });

  it('carries the query of an Engine.IO 3 client', async () => {
    await serve(application, connectionOf(3), '40/chat?auth={"a":1,"b":2},');
    expect(received[0]).toEqual(['connect', '/chat', { query: { auth: '{"a":1,"b":2}' }, payload: {} }]);
    expect(wire[0]).toBe('40/chat');
  });

  it('that is refused leaves the client outside, and the connection open', async () => {
    const connection = connectionOf(4);
    await serve(application, connection, '40/no,');
    expect(wire).toEqual(['44/no,{"message":"No entry","data":{"code":7}}']);
    expect(connection.namespaces.size).toBe(0);
    await serve(application, connectionOf(3), '40/no');
    expect(wire.at(-1)).toBe('44/no,"No entry"');
    expect(received.map(([what]) => what)).toEqual(['connect', 'connect']);
  });

  it('that repeats another is ignored', async () => {
    await serve(application, connectionOf(4, '/chat'), '40/chat,{"token":"other"}');
    expect([received, wire]).toEqual([[], []]);
  });
});

describe('an event', () => {
  it('is answered with what the application returns when the client asked', async () => {
    await serve(application, connectionOf(4, '/chat'), '42/chat,5["say",1,"x"]');
    expect(received).toEqual([['event', '/chat', 'say', [1, 'x'], 5]]);
    expect(wire).toEqual(['43/chat,5[1,"x"]']);
  });

  it('is answered with an empty acknowledgement when the application returns no arguments', async () => {
    await serve(application, connectionOf(4, '/'), '420["say"]');
    expect(wire).toEqual(['430[]']);
  });

  it('is not answered when the client did not ask, nor when the application returns nothing', async () => {
    await serve(application, connectionOf(4, '/'), '42["say",1]');
    await serve(application, connectionOf(4, '/'), '421["mute",1]');
    expect(received).toHaveLength(2);
    expect(wire).toEqual([]);
  });

  it('fails with the error of the application', async () => {
    const failing: Application = { ...application, event: async () => Promise.reject(new Error('out of order')) };
    await expect(serve(failing, connectionOf(4, '/'), '421["say"]')).rejects.toThrow('out of order');
    expect(wire).toEqual([]);
  });
});

describe('any other packet', () => {
  it('an acknowledgement reaches the application', async () => {
    await serve(application, connectionOf(4, '/'), '433["ok"]');
    expect(received).toEqual([['ack', '/', 3, ['ok']]]);
  });

  it('a farewell leaves that namespace, and no other', async () => {
    const connection = connectionOf(4, '/', '/chat');
    await serve(application, connection, '41/chat,');
    expect(received).toEqual([['disconnect', '/chat', ['/']]]);
    expect(wire).toEqual([]);
  });

  it('works for an application that has only what it must have', async () => {
    const { connect, event } = application;
    const connection = connectionOf(4);
    for (const frame of ['40', '431[]', '41']) await serve({ connect, event }, connection, frame);
    expect(wire).toEqual(['40{"sid":"c1"}']);
    expect(connection.namespaces.size).toBe(0);
  });

  it.each(['42/chat,["say"]', '43/chat,1[]', '41/chat,', '42/,["say"]'])(
    '%s closes the connection when its namespace was not joined',
    async (frame) => {
      await serve(application, connectionOf(4, '/other'), frame);
      expect([received, wire]).toEqual([[], ['(closed)']]);
    },
  );

  it.each([
    ['2', ['3']],
    ['2probe', ['3probe']],
    ['3', []],
    ['5', []],
    ['6', []],
    ['1', ['(closed)']],
    ['4abc', ['(closed)']],
  ])('%s is answered with %j and nothing is told', async (frame, answer) => {
    await serve(application, connectionOf(4, '/'), frame);
    expect([received, wire]).toEqual([[], answer]);
  });
});
