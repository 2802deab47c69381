import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ackFrame,
  connectErrorFrame,
  connectFrame,
  disconnectFrame,
  type Eio,
  eventFrame,
  receive,
} from '../../functions/protocol/index.ts';
import { decodeStock, SERVER_PARSER, STOCK_PARSERS } from './stock-parsers.ts';

const RESERVED = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'];

const eio = fc.constantFrom<Eio>(3, 4);
/** Well-formed, since a lone surrogate does not come back. */
const text = fc
  .string({ unit: fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit)), maxLength: 30 })
  .map((it) => it.toWellFormed());
/** A question mark ends the namespace in Engine.IO 3. */
const namespace = fc.oneof(
  fc.constantFrom('/', '/chat', '/0', '/1["a"]', '/a/b', '/{}'),
  fc.string({ unit: 'grapheme', maxLength: 12 }).map((name) => `/${name.replaceAll(/[,?]/g, '')}`),
);
const name = fc.oneof(fc.constantFrom('say', '', '0', '__proto__', '"]'), text).filter((it) => !RESERVED.includes(it));
/** Values that survive a JSON round trip, which minus zero does not. */
const args = fc
  .array(fc.jsonValue({ maxDepth: 4 }), { maxLength: 4 })
  .map((it): unknown[] => JSON.parse(JSON.stringify(it)));
const id = fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constantFrom(0, Number.MAX_SAFE_INTEGER));

/** Compares values as JSON, including own `__proto__` keys. */
const sameJson = (actual: unknown, expected: unknown) => expect(JSON.stringify(actual)).toBe(JSON.stringify(expected));

describe('what we write, we read', () => {
  it('events come back with everything in them', () => {
    fc.assert(
      fc.property(eio, namespace, name, args, fc.option(id, { nil: undefined }), (eio, namespace, name, args, id) => {
        const incoming = receive(eio, eventFrame(namespace, name, args, id));
        sameJson(incoming, { kind: 'event', namespace, ...(id !== undefined && { id }), name, args });
      }),
      { numRuns: 500 },
    );
  });

  it('acknowledgements come back with everything in them', () => {
    fc.assert(
      fc.property(eio, namespace, id, args, (eio, namespace, id, args) => {
        sameJson(receive(eio, ackFrame(namespace, id, args)), { kind: 'ack', namespace, id, args });
      }),
      { numRuns: 500 },
    );
  });

  it('namespaces are joined and left by the names they were written with', () => {
    fc.assert(
      fc.property(eio, namespace, text, (eio, namespace, sid) => {
        const payload = eio === 4 ? { sid } : {};
        expect(receive(eio, connectFrame(eio, namespace, sid))).toEqual({
          kind: 'connect',
          namespace,
          query: {},
          payload,
        });
        expect(receive(eio, disconnectFrame(namespace))).toEqual({ kind: 'disconnect', namespace });
      }),
      { numRuns: 500 },
    );
  });

  it('a query comes back whether it was encoded or is raw JSON', () => {
    const record = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), {
      noNullPrototype: true,
    });
    const comma = fc.constantFrom('', ',');
    fc.assert(
      fc.property(record, comma, (auth, comma) => {
        // An ampersand ends a pair in a raw query, so values must not contain it.
        const raw = JSON.stringify(auth).replaceAll('&', '');
        const expected = { kind: 'connect', namespace: '/chat', payload: {} };
        expect(receive(3, `40/chat?auth=${raw}${raw === '{}' ? '' : comma}`)).toEqual({
          ...expected,
          query: { auth: raw },
        });
        const encoded = encodeURIComponent(JSON.stringify(auth));
        expect(receive(3, `40/chat?auth=${encoded}${comma}`)).toEqual({
          ...expected,
          query: { auth: JSON.stringify(auth) },
        });
      }),
      { numRuns: 500 },
    );
  });
});

describe.each(STOCK_PARSERS)('what we write, client %s reads (Engine.IO %i)', (_version, eio, parser) => {
  it('events and acknowledgements', () => {
    fc.assert(
      fc.property(namespace, name, args, id, (nsp, name, args, id) => {
        const event = decodeStock(parser, eventFrame(nsp, name, args, id));
        expect(event).toMatchObject({ type: 2, nsp, id });
        sameJson(event?.data, [name, ...args]);
        const ack = decodeStock(parser, ackFrame(nsp, id, args));
        expect(ack).toMatchObject({ type: 3, nsp, id });
        sameJson(ack?.data, args);
      }),
    );
  });

  it('confirmations, refusals and farewells', () => {
    fc.assert(
      fc.property(namespace, text, (nsp, said) => {
        const confirmation = eio === 4 ? { type: 0, nsp, data: { sid: said } } : { type: 0, nsp };
        expect(decodeStock(parser, connectFrame(eio, nsp, said))).toMatchObject(confirmation);
        const refusal = { type: 4, nsp, data: eio === 4 ? { message: said } : said };
        expect(decodeStock(parser, connectErrorFrame(eio, nsp, { message: said }))).toMatchObject(refusal);
        expect(decodeStock(parser, disconnectFrame(nsp))).toMatchObject({ type: 1, nsp });
      }),
    );
  });
});

describe('whatever arrives', () => {
  const KINDS = ['ping', 'pong', 'upgrade', 'noop', 'close', 'connect', 'disconnect', 'event', 'ack', 'invalid'];

  it('has one of the meanings there are, and never throws', () => {
    const typed = fc
      .tuple(fc.constantFrom('4', '40/', '40/a?', '42', '42/a,', '43', '2', 'b'), text)
      .map((it) => it.join(''));
    const bytes = fc.uint8Array({ maxLength: 64 }).map((it) => new TextDecoder().decode(it));
    fc.assert(
      fc.property(eio, fc.oneof(text, typed, bytes), (eio, frame) => {
        const incoming = receive(eio, frame);
        expect(KINDS).toContain(incoming.kind);
        if ('namespace' in incoming) expect(incoming.namespace).toMatch(/^\//);
      }),
      { numRuns: 2000 },
    );
  });

  it('means what it means to the parser of the official server', () => {
    // Without binary packets, and without blanks between parts, which that parser accepts as digits.
    const part = {
      type: fc.constantFrom('0', '1', '2', '3', '4', '7', 'a', '-'),
      namespace: fc.constantFrom('', '/', '/,', '/chat', '/chat,', '/a/b,', 'chat,', ','),
      id: fc.constantFrom('', '0', '12', '007', '-1', '1.5', '1e3', 'x'),
      data: fc.oneof(
        fc.constantFrom(
          '',
          '{}',
          '[]',
          '{"a":1}',
          '[1]',
          '[null]',
          '["say",1]',
          '["connect"]',
          '["say"',
          '"x"',
          'null',
          '7',
        ),
        args.map((it) => JSON.stringify(it)),
      ),
    };
    let agreed = 0;
    fc.assert(
      fc.property(fc.record(part), ({ type, namespace, id, data }) => {
        const frame = `4${type}${namespace}${id}${data}`;
        const ours = receive(4, frame);
        let theirs: ReturnType<typeof decodeStock>;
        try {
          theirs = decodeStock(SERVER_PARSER, frame);
        } catch {
          expect(ours.kind).toBe('invalid');
          return;
        }
        // A rejection from a client, an event without a name, and an acknowledgement without an id have no meaning for
        // a server.
        const useless =
          theirs?.type === 4 ||
          (theirs?.type === 2 && theirs.data === undefined) ||
          (theirs?.type === 3 && theirs.id === undefined);
        if (useless) {
          expect(ours.kind).toBe('invalid');
          return;
        }
        agreed += 1;
        expect(ours).toMatchObject({ namespace: theirs?.nsp });
        if (ours.kind === 'connect') sameJson(ours.payload, theirs?.data ?? {});
        else if (ours.kind === 'event')
          sameJson([ours.id, ours.name, ours.args], [theirs?.id, ...nameAndArgs(theirs?.data)]);
        else if (ours.kind === 'ack') sameJson([ours.id, ours.args], [theirs?.id, theirs?.data ?? []]);
        else expect(ours.kind).toBe('disconnect');
      }),
      { numRuns: 3000 },
    );
    expect(agreed).toBeGreaterThan(100);
  });

  function nameAndArgs(data: unknown): unknown[] {
    return Array.isArray(data) ? [String(data[0]), data.slice(1)] : [];
  }
});
