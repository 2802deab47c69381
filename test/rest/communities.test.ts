import { describe, expect, it, onTestFinished } from 'vitest';
import { macaw, someone } from '../support/macaw.ts';
import { testApi } from '../support/test-api.ts';

const system = macaw();
const { call, users, create } = testApi(system);

const members = async (kind: string, id: string) =>
  ((await call('GET', `/${kind}s/${id}`)).body as { members: string[] }).members;
const listed = async (kind: string, user: string) => (await call('GET', `/ctx/${user}/${kind}s`)).body as string[];

describe('a group', () => {
  it('is created with its owner among the members, and named by an attribute', async () => {
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    const id = await create('group', { owner: tom, members: [jerry, [tom, []]], name: "Tom's group" });
    expect(await call('GET', `/groups/${id}`)).toMatchObject({
      status: 200,
      body: {
        id,
        owner: tom,
        members: [jerry, tom].sort(),
        attributes: { name: "Tom's group" },
        ts: expect.any(Number),
      },
    });
    expect([await listed('group', tom), await listed('group', jerry)]).toEqual([[id], [id]]);
    expect((await call('GET', `/ctx/${jerry}`)).body).toMatchObject({ groups: [id], rooms: [] });
  });

  it('needs an owner, and members who exist', async () => {
    const [tom = ''] = await users('tom');
    const nobody = someone('nobody');
    expect(await call('POST', '/groups', { members: [tom] })).toMatchObject({ status: 400, body: { errorCode: 5001 } });
    expect(await call('POST', '/groups', { owner: tom, members: [nobody] })).toMatchObject({
      status: 404,
      body: { errorCode: 5004, errorMessage: expect.stringContaining(nobody) },
    });
    expect(await listed('group', tom)).toEqual([]);
  });

  it('changes owner and members by PUT; the owner stays a member', async () => {
    const [tom = '', jerry = '', butch = '', spike = ''] = await users('tom', 'jerry', 'butch', 'spike');
    const id = await create('group', { owner: tom, members: [jerry, butch] });
    expect(await call('PUT', `/groups/${id}`, { owner: jerry })).toMatchObject({ status: 201, body: { owner: jerry } });
    expect(await call('PUT', `/groups/${id}`, { members: [spike] })).toMatchObject({
      status: 201,
      body: { owner: jerry, members: [jerry, spike].sort() },
    });
    expect([await listed('group', tom), await listed('group', butch), await listed('group', spike)]).toEqual([
      [],
      [],
      [id],
    ]);
    expect(await call('PUT', `/groups/${id}`, { owner: tom, members: [] })).toMatchObject({
      body: { owner: tom, members: [tom] },
    });
    expect(await call('PUT', `/groups/${id}`, {})).toMatchObject({ status: 400, body: { errorCode: 5001 } });
  });

  it('is changed by its present members, also by those who joined a moment ago', async () => {
    const [tom = '', jerry = '', butch = ''] = await users('tom', 'jerry', 'butch');
    const group = await create('group', { owner: tom });
    const members = `/groups/${group}/members`;
    onTestFinished(() => system.cloud.delayReplication(undefined));
    // Reads that need not be up to date do not see the items of the group.
    system.cloud.delayReplication(`group#${group}`);
    expect((await call('POST', `${members}/${jerry}`)).status).toBe(201);
    expect((await call('PUT', `/groups/${group}/admins/${jerry}`)).status).toBe(204);
    expect((await call('DELETE', `${members}/${jerry}`)).status).toBe(204);
    expect((await call('POST', members, { members: [jerry] })).status).toBe(201);
    expect((await call('PUT', `/groups/${group}`, { members: [butch] })).status).toBe(201);
    system.cloud.delayReplication(undefined);
    expect((await call('GET', `/groups/${group}`)).body).toMatchObject({ owner: tom, members: [butch, tom].sort() });
    system.cloud.delayReplication(`group#${group}`);
    expect((await call('DELETE', `/groups/${group}`)).status).toBe(204);
    system.cloud.delayReplication(undefined);
    expect(await listed('group', butch)).toEqual([]);
  });

  it('cannot be left by its owner', async () => {
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    const id = await create('group', { owner: tom, members: [jerry] });
    for (const attempt of [
      await call('DELETE', `/groups/${id}/members/${tom}`),
      await call('DELETE', `/groups/${id}/members`, { members: [jerry, tom] }),
    ]) {
      expect(attempt).toMatchObject({
        status: 501,
        body: { errorCode: 5009, errorMessage: expect.stringContaining(tom) },
      });
    }
    expect(await members('group', id)).toEqual([jerry, tom].sort());
  });

  it('replaces all of its fifty members at once', async () => {
    const [owner = '', ...others] = await users(...Array.from({ length: 99 }, () => 'member'));
    const id = await create('group', { owner, members: others.slice(0, 49) });
    await call('PUT', `/groups/${id}`, { owner: others[49], members: others.slice(50) });
    expect(await members('group', id)).toEqual([...others.slice(49)].sort());
  }, 30_000);

  it('has a history that can be erased', async () => {
    const { login } = testApi(system);
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    const id = await create('group', { owner: tom, members: [jerry] });
    const toms = await login(tom);
    for (const body of ['one', 'two']) await toms.say({ to: { id, type: 1 }, content: { media: 0, body } });
    expect((await call('GET', `/groups/${id}/chats`)).body).toMatchObject([
      { speaker: tom, content: { body: 'one' } },
      { content: { body: 'two' } },
    ]);
    expect((await call('GET', `/ctx/${jerry}/groups?detail`)).body).toMatchObject([
      { id, owner: tom, recent: { speaker: tom, content: { body: 'two' } } },
    ]);
    expect((await call('DELETE', `/groups/${id}/chats`)).status).toBe(204);
    expect((await call('GET', `/groups/${id}/chats`)).body).toEqual([]);
    expect((await call('GET', `/groups/${someone()}/chats`)).status).toBe(404);
  });
});

describe.each(['group', 'room'] as const)('a %s', (kind) => {
  const make = async (owner: string, others: string[] = []) =>
    create(kind, kind === 'group' ? { owner, members: others } : { members: [owner, ...others] });

  it('is joined and left, one by one and several at once, again and again', async () => {
    const [tom = '', jerry = '', butch = ''] = await users('tom', 'jerry', 'butch');
    const id = await make(tom);
    const path = `/${kind}s/${id}/members`;
    expect((await call('POST', path, { members: [jerry, [butch]] })).status).toBe(201);
    expect((await call('POST', path, { members: [jerry] })).status).toBe(201);
    expect((await call('POST', `${path}/${jerry}`)).status).toBe(201);
    expect(await members(kind, id)).toEqual([tom, jerry, butch].sort());
    expect((await call('DELETE', `${path}/${jerry}`)).status).toBe(204);
    expect((await call('DELETE', path, { members: [jerry, butch] })).status).toBe(204);
    expect(await members(kind, id)).toEqual([tom]);
    expect([await listed(kind, jerry), await listed(kind, tom)]).toEqual([[], [id]]);
  });

  it('takes users who exist only', async () => {
    const [tom = ''] = await users('tom');
    const id = await make(tom);
    expect(await call('POST', `/${kind}s/${id}/members/${someone('nobody')}`)).toMatchObject({
      status: 404,
      body: { errorCode: 5004 },
    });
    expect(await members(kind, id)).toEqual([tom]);
  });

  it('is gone on both sides once it is deleted', async () => {
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    const id = await make(tom, [jerry]);
    expect((await call('DELETE', `/${kind}s/${id}`)).status).toBe(204);
    for (const [method, path] of [
      ['GET', `/${kind}s/${id}`],
      ['POST', `/${kind}s/${id}/members/${tom}`],
      ['DELETE', `/${kind}s/${id}`],
    ] as const) {
      expect(await call(method, path)).toMatchObject({ status: 404, body: { errorCode: 5004 } });
    }
    expect([await listed(kind, tom), await listed(kind, jerry)]).toEqual([[], []]);
  });

  it('is loaded by an empty POST, as the JavaScript client does', async () => {
    const [tom = ''] = await users('tom');
    const id = await make(tom);
    expect(await call('POST', `/${kind}s/${id}`)).toEqual(
      expect.objectContaining({ status: 200, body: (await call('GET', `/${kind}s/${id}/`)).body }),
    );
  });

  it('that does not exist is not found', async () => {
    const [tom = ''] = await users('tom');
    const nowhere = someone(kind);
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['DELETE', '', undefined],
      ['POST', '/members', { members: [tom] }],
      ['DELETE', '/members', { members: [tom] }],
    ] as const) {
      expect(await call(method, `/${kind}s/${nowhere}${path}`, body)).toMatchObject({
        status: 404,
        body: { errorCode: 5004 },
      });
    }
  });

  it('stays consistent when it is deleted while others join', async () => {
    const [tom = '', ...others] = await users('tom', ...Array.from({ length: 10 }, () => 'joiner'));
    const id = await make(tom);
    const answers = await Promise.all([
      ...others.slice(0, 5).map((user) => call('POST', `/${kind}s/${id}/members/${user}`)),
      call('DELETE', `/${kind}s/${id}`),
      ...others.slice(5).map((user) => call('POST', `/${kind}s/${id}/members/${user}`)),
    ]);
    for (const { status } of answers) expect([201, 204, 404]).toContain(status);
    expect((await call('GET', `/${kind}s/${id}`)).status).toBe(404);
    expect(await Promise.all([tom, ...others].map((user) => listed(kind, user)))).toEqual(
      [tom, ...others].map(() => []),
    );
  });
});

describe('the limit of members', () => {
  it('admits exactly fifty of sixty who join a group at once, and both sides agree', { tags: 'slow' }, async () => {
    const [owner = '', ...others] = await users(...Array.from({ length: 61 }, () => 'member'));
    const id = await create('group', { owner });
    const answers = await Promise.all(others.map((user) => call('POST', `/groups/${id}/members/${user}`)));
    const admitted = others.filter((_, n) => answers[n]?.status === 201);
    expect(admitted).toHaveLength(49);
    for (const { status, body } of answers.filter(({ status }) => status !== 201)) {
      expect({ status, body }).toMatchObject({
        status: 409,
        body: { errorCode: 5008, errorMessage: expect.stringContaining('50') },
      });
    }
    expect(await members('group', id)).toEqual([owner, ...admitted].sort());
    const lists = await Promise.all(others.map((user) => listed('group', user)));
    expect(others.filter((_, n) => lists[n]?.includes(id))).toEqual(admitted);
  });

  it('refuses whole a list that does not fit', async () => {
    const [owner = '', ...others] = await users(...Array.from({ length: 51 }, () => 'member'));
    const id = await create('group', { owner });
    expect(await call('POST', `/groups/${id}/members`, { members: others })).toMatchObject({
      status: 409,
      body: { errorCode: 5008 },
    });
    expect(await members('group', id)).toEqual([owner]);
    expect(await call('POST', '/groups', { owner, members: others })).toMatchObject({
      status: 409,
      body: { errorCode: 5008 },
    });
  }, 30_000);

  it('lets rooms have more', async () => {
    const everybody = await users(...Array.from({ length: 120 }, () => 'member'));
    const id = await create('room', { members: everybody });
    expect(await members('room', id)).toEqual([...everybody].sort());
    expect((await call('DELETE', `/rooms/${id}`)).status).toBe(204);
    expect(await listed('room', everybody[119] ?? '')).toEqual([]);
  }, 40_000);
});

describe('bad lists of members', () => {
  it.each([
    ['nothing', {}],
    ['a string', { members: 'tom' }],
    ['a number in it', { members: ['tom', 5] }],
    ['a bad id in it', { members: ['a b'] }],
    ['no JSON', '{"members":'],
    ['no body', ''],
  ])('%s are refused and named', async (_, body) => {
    const [tom = ''] = await users('tom');
    const id = await create('group', { owner: tom });
    expect(await call('POST', `/groups/${id}/members`, body)).toMatchObject({ status: 400, body: { errorCode: 5001 } });
  });
});
