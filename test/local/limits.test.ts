import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameScanner } from '../../local/apigateway/websocket/frames.ts';
import { connect, run, runOnce } from './fixture.ts';
import { webSocketAssembly } from './websocket-assembly.ts';

const assembly = webSocketAssembly();
const running = runOnce(assembly);

describe('the limits on frames and messages', () => {
  test('a frame of exactly 32 KB is taken', async () => {
    const { cloud } = await running();
    const client = await connect(cloud);
    client.socket.send('x'.repeat(32 * 1024));
    expect(await client.next()).toBe('got 32768');
  });

  test('a single frame over 32 KB closes the connection with 1009', async () => {
    const { cloud, printed } = await run(assembly);
    const client = await connect(cloud);
    client.socket.send('x'.repeat(32 * 1024 + 1));
    expect((await client.closed).code).toBe(1009);
    await cloud.settled();
    expect(cloud.calls.summary().invocations).not.toHaveProperty('Frame');
    expect(printed('gone')).toMatchObject([{ requestContext: { disconnectStatusCode: 1009 } }]);
  });

  test('a message of 100 KB in four frames passes', async () => {
    const { cloud } = await running();
    const client = await connect(cloud);
    const fragment = 'x'.repeat(25 * 1024);
    for (let i = 0; i < 4; i++) client.socket.send(fragment, { fin: i === 3 });
    expect(await client.next()).toBe(`got ${100 * 1024}`);
  });

  test('a message over 128 KB closes the connection with 1009, however many frames it has', async () => {
    const { cloud } = await running();
    const client = await connect(cloud);
    const fragment = 'x'.repeat(30 * 1024);
    for (let i = 0; i < 5; i++) client.socket.send(fragment, { fin: i === 4 });
    expect((await client.closed).code).toBe(1009);
  });

  test('a binary frame closes the connection with 1003', async () => {
    const { cloud } = await running();
    const client = await connect(cloud);
    client.socket.send(Buffer.from([1, 2, 3]));
    expect((await client.closed).code).toBe(1003);
  });

  test('text that is no UTF-8 closes the connection with 1007', async () => {
    const { cloud } = await running();
    const client = await connect(cloud);
    client.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
    expect((await client.closed).code).toBe(1007);
  });
});

describe('the limits on time', () => {
  test('an idle connection is closed with 1001', async () => {
    const { cloud, printed } = await run(assembly, { limits: { idleMs: 100 } });
    const client = await connect(cloud);
    expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
    await cloud.settled();
    expect(printed('gone')).toMatchObject([
      { requestContext: { disconnectStatusCode: 1001, disconnectReason: 'Going away' } },
    ]);
  });

  test('posts from the server keep a connection from being idle', { tags: 'slow' }, async () => {
    const { cloud } = await run(assembly, { limits: { idleMs: 700 } });
    await cloud.invoke('Probe', { do: 'nothing' });
    const client = await connect(cloud);
    const [connectionId] = cloud.connections();
    const until = Date.now() + 1000;
    while (Date.now() < until) {
      expect(await cloud.invoke('Probe', { do: 'post', connectionId, data: 'tick' })).toMatchObject({ ok: true });
    }
    expect(cloud.connections()).toEqual([connectionId]);
    expect((await client.closed).code).toBe(1001);
  });

  test('a connection ends after its lifetime, busy or not', async () => {
    const { cloud } = await run(assembly, { limits: { lifetimeMs: 300 } });
    const client = await connect(cloud);
    const busy = setInterval(() => client.socket.send('silent'), 20);
    expect((await client.closed).code).toBe(1001);
    clearInterval(busy);
  });
});

/** A text frame as RFC 6455 lays it out, with every byte that could be mistaken for a header set. */
function frame(size: number, mask: boolean): Buffer {
  const bit = mask ? 0x80 : 0;
  const length = size < 126 ? [bit | size] : size < 65_536 ? [bit | 126, size >> 8, size & 255] : [];
  const extended = Buffer.alloc(length.length > 0 ? 0 : 9);
  if (extended.length > 0) {
    extended[0] = bit | 127;
    extended.writeBigUInt64BE(BigInt(size), 1);
  }
  return Buffer.concat([
    Buffer.from([0x81, ...length]),
    extended,
    Buffer.alloc(mask ? 4 : 0, 255),
    Buffer.alloc(size, 255),
  ]);
}

test('the scanner finds the oversized frame wherever the stream is cut', () => {
  const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(125, 126, 65_535, 65_536)), {
    minLength: 1,
    maxLength: 8,
  });
  const cuts = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 });
  fc.assert(
    fc.property(sizes, fc.boolean(), cuts, fc.constantFrom(124, 200, 65_535, 70_000), (lengths, mask, steps, limit) => {
      const stream = Buffer.concat(lengths.map((length) => frame(length, mask)));
      const scanner = new FrameScanner(limit);
      let found = false;
      for (let at = 0, i = 0; at < stream.length && !found; i++) {
        const step = steps[i % steps.length] ?? 1;
        found = scanner.push(stream.subarray(at, at + step));
        at += step;
      }
      expect(found).toBe(lengths.some((length) => length > limit));
    }),
  );
});
