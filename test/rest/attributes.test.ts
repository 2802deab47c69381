import { describe, expect, it } from 'vitest';
import { befriend, macaw, rest, someone } from '../support/macaw.ts';

const system = macaw();
const call = (method: string, path: string, body?: unknown) =>
  rest(system.origin, method, path, body === undefined ? {} : { body });

async function user(): Promise<string> {
  const [id, other] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, id, other);
  return id;
}

async function community(kind: 'groups' | 'rooms'): Promise<string> {
  const owner = await user();
  const { body } = await call('POST', `/${kind}`, kind === 'groups' ? { owner } : { members: [owner] });
  return String(body);
}

const anything = {
  text: 'Zoë \u{1f99c} "quoted"',
  number: -1.5e-7,
  big: 1.2345678901234567e300,
  yes: true,
  no: false,
  nothing: null,
  list: [1, 'two', [false, { three: 3 }], null],
  nested: { deeper: { deepest: ['x'] } },
  empty: {},
  none: [],
  'a name with spaces, dots. and a / slash': 1,
};

describe.each([
  ['/ctx', user],
  ['/groups', () => community('groups')],
  ['/rooms', () => community('rooms')],
] as const)('the attributes at %s', (base, make) => {
  it('are any JSON, set by POST and read as a whole or one by one', async () => {
    const path = `${base}/${await make()}/attributes`;
    expect(await call('GET', path)).toMatchObject({ status: 200, body: {} });
    expect(await call('POST', path, anything)).toMatchObject({ status: 201, body: anything });
    expect((await call('GET', path)).body).toEqual(anything);
    expect(await call('GET', `${path}/nested`)).toMatchObject({ status: 200, body: anything.nested });
    expect(await call('GET', `${path}/no`)).toMatchObject({ status: 200, body: false });
    expect((await call('GET', `${path}/nothing`)).status).toBe(200);
    expect((await call('GET', `${path}/nothing`)).body).toBeNull();
  });

  it('are merged by POST, replaced by PUT and cleared by DELETE', async () => {
    const path = `${base}/${await make()}/attributes`;
    await call('POST', path, { a: 1, b: { c: 2 } });
    expect((await call('POST', path, { b: 3, d: 4 })).body).toEqual({ a: 1, b: 3, d: 4 });
    expect(await call('PUT', path, { e: 5 })).toMatchObject({ status: 201, body: { e: 5 } });
    expect((await call('GET', path)).body).toEqual({ e: 5 });
    expect(await call('DELETE', path)).toMatchObject({ status: 204, body: undefined });
    expect(await call('DELETE', path)).toMatchObject({ status: 204 });
    expect((await call('GET', path)).body).toEqual({});
  });

  it('do not exist for what does not exist', async () => {
    const path = `${base}/${someone('nobody')}/attributes`;
    for (const [method, body] of [['GET'], ['POST', {}], ['PUT', { a: 1 }], ['DELETE']] as const) {
      expect(await call(method, path, body)).toMatchObject({ status: 404, body: { errorCode: 5004 } });
    }
    expect(await call('GET', `${path}/a`)).toMatchObject({ status: 404, body: { errorCode: 5004 } });
  });

  it('refuse what is no object, and change nothing', async () => {
    const path = `${base}/${await make()}/attributes`;
    await call('PUT', path, { a: 1 });
    for (const body of ['', 'no JSON', '[]', '"text"', 'null', '1', '{"":1}', '{"a":1e999}']) {
      expect(await call('POST', path, body)).toMatchObject({ status: 400, body: { errorCode: 5001 } });
      expect(await call('PUT', path, body)).toMatchObject({ status: 400, body: { errorCode: 5001 } });
    }
    expect((await call('GET', path)).body).toEqual({ a: 1 });
  });
});

describe('an attribute', () => {
  it.each(['Größe', '名前', 'a.b', 'a/b/c', '100%', '%25', 'a?b#c', 'a.b', 'a/b/c', 'constructor', '__proto__'])(
    'named %s is read by its name',
    async (name) => {
      const path = `/ctx/${await user()}/attributes`;
      const one = `${path}/${encodeURIComponent(name)}`;
      expect(await call('GET', one)).toMatchObject({ status: 404, body: { errorCode: 5004 } });
      await call('POST', path, `{${JSON.stringify(name)}: {"x": [1]}}`);
      expect(await call('GET', one)).toMatchObject({ status: 200, body: { x: [1] } });
    },
  );
});

describe('the limits', () => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : { n: nested(levels - 1) });
  const values = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n]));

  it.each([
    ['32 KB', { text: 'x'.repeat(32 * 1024 - 11) }, { text: 'x'.repeat(32 * 1024 - 10) }],
    ['16 levels', nested(16), nested(17)],
    ['names of 128 characters', { ['é'.repeat(128)]: 1 }, { ['é'.repeat(129)]: 1 }],
    ['49 values', values(49), values(50)],
    ['49 values in a list', { list: Object.values(values(49)) }, { list: Object.values(values(50)) }],
    ['paths of 1024 bytes', path(1024), path(1025)],
  ])('are %s', async (_, most, more) => {
    const path = `/ctx/${await user()}/attributes`;
    expect(await call('PUT', path, more)).toMatchObject({ status: 413, body: { errorCode: 5010 } });
    expect(await call('PUT', path, most)).toMatchObject({ status: 201, body: most });
  });

  it('hold for what a merge makes, too', async () => {
    const path = `/ctx/${await user()}/attributes`;
    await call('PUT', path, values(49));
    expect(await call('POST', path, { other: 1 })).toMatchObject({ status: 413, body: { errorCode: 5010 } });
    expect((await call('GET', path)).body).toEqual(values(49));
  });

  it('allow all values to change at once, in one transaction', async () => {
    const path = `/ctx/${await user()}/attributes`;
    await call('PUT', path, values(49));
    const others = Object.fromEntries(Object.entries(values(49)).map(([name, n]) => [name, `other ${n}`]));
    expect(await call('PUT', path, others)).toMatchObject({ status: 201, body: others });
  });

  it('stop JSON that nests without end', async () => {
    const path = `/ctx/${await user()}/attributes`;
    const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(await call('POST', path, deep)).toMatchObject({ status: 413, body: { errorCode: 5010 } });
  });

  function path(bytes: number): unknown {
    const names = ['a'.repeat(128)];
    for (let left = bytes - 128; left > 0; left -= 129) names.push('a'.repeat(Math.min(128, left - 1)));
    return names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), 1);
  }
});

describe('concurrent changes', () => {
  const found = async (query: string, id: string) =>
    ((await call('GET', `/ctx?${query}`)).body as { id: string }[]).some((one) => one.id === id);

  it('all survive when they merge different attributes', async () => {
    const id = await user();
    const path = `/ctx/${id}/attributes`;
    const pairs = Array.from({ length: 20 }, (_, n) => [`key${n}`, `${id} ${n}`] as const);
    const answers = await Promise.all(pairs.map(([name, value]) => call('POST', path, { [name]: value })));
    expect(answers.map(({ status }) => status)).toEqual(pairs.map(() => 201));
    expect((await call('GET', path)).body).toEqual(Object.fromEntries(pairs));
    for (const [name, value] of pairs) expect(await found(`${name}=${encodeURIComponent(value)}`, id)).toBe(true);
  });

  it('keep the index consistent with the attributes, in any order', async () => {
    const id = await user();
    const path = `/ctx/${id}/attributes`;
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        n % 5 === 4
          ? call('DELETE', path)
          : call(n % 2 ? 'POST' : 'PUT', path, { race: `${id} ${n}`, [`own${n}`]: `${id} ${n}` }),
      ),
    );
    const attributes = (await call('GET', path)).body as Record<string, unknown>;
    for (let n = 0; n < 20; n++) {
      const value = `${id} ${n}`;
      expect(await found(`race=${encodeURIComponent(value)}`, id)).toBe(attributes.race === value);
      expect(await found(`own${n}=${encodeURIComponent(value)}`, id)).toBe(attributes[`own${n}`] === value);
    }
  });

  it('fail when the group is deleted concurrently, and leave no data', async () => {
    const group = await community('groups');
    const path = `/groups/${group}/attributes`;
    const changes = Array.from({ length: 10 }, (_, n) => call('POST', path, { [`k${n}`]: group }));
    const [deleted, ...answers] = await Promise.all([call('DELETE', `/groups/${group}`), ...changes]);
    expect(deleted?.status).toBe(204);
    for (const { status } of answers) expect([201, 404]).toContain(status);
    for (let n = 0; n < 10; n++) expect((await call('GET', `/groups?k${n}=${group}`)).body).toEqual([]);
    expect(await call('GET', path)).toMatchObject({ status: 404 });
  });
});
