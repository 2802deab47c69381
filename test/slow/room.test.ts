import { afterAll, expect, it } from 'vitest';
import { ClientPool } from '../support/client-pool/client-pool.ts';
import { CLIENT_VERSIONS } from '../support/clients.ts';
import { app, macaw, someone } from '../support/macaw.ts';
import { testApi } from '../support/test-api.ts';

const system = macaw();
const { call, create } = testApi(system);

/** Clients per process. The first two processes are killed. */
const SIZES = [50, 50, 300, 300, 300];

const crews = SIZES.map((size, n) => ({
  process: new ClientPool(),
  version: CLIENT_VERSIONS[n % CLIENT_VERSIONS.length] ?? '4.8.4',
  users: Array.from({ length: size }, () => someone()),
}));
type Crew = (typeof crews)[number];

afterAll(() => Promise.all(crews.map(({ process }) => process.kill())));

it('a thousand clients in a room receive every message once, also after a tenth of them are killed', async () => {
  const login = ({ process, ...who }: Crew) => process.order({ kind: 'login', origin: system.origin, ...who });
  const [cut, killed, ...others] = crews;
  if (!cut || !killed) throw new Error('There are too few processes');
  await login(cut);
  const doomed = system.cloud.connections();
  await Promise.all([killed, ...others].map(login));
  expect(system.cloud.connections()).toHaveLength(1000);
  const room = await create('room', { members: crews.flatMap(({ users }) => users) });

  const said: { speaker: string; body: string }[] = [];
  const say = async ({ process, users }: Crew, body: string) => {
    const speaker = String(users[0]);
    said.push({ speaker, body });
    await process.order({ kind: 'say', user: speaker, room, body });
  };
  const expected = (user: string) => said.flatMap(({ speaker, body }) => (speaker === user ? [] : [body])).toSorted();
  /** Waits until all posted messages have arrived, and returns the messages of the users. */
  const heard = async (crews: Crew[], until: string): Promise<Record<string, string[]>> => {
    await system.cloud.settled();
    const { status } = await call(
      'POST',
      `/system/${room}?room`,
      { content: { media: 0, body: until } },
      { 'X-ML-MasterKey': app.masterKey },
    );
    expect(status).toBe(202);
    const answers = await Promise.all(crews.map(({ process, users }) => process.order({ kind: 'hear', users, until })));
    return Object.assign({}, ...answers.map((answer) => answer.heard));
  };
  const verify = (crews: Crew[], all: Record<string, string[]>) => {
    const wrong = crews
      .flatMap(({ users }) => users)
      .filter((user) => JSON.stringify(all[user]?.toSorted()) !== JSON.stringify(expected(user)));
    expect(wrong).toEqual([]);
  };

  await Promise.all(others.slice(0, 2).map((crew, n) => say(crew, `to all ${n}`)));
  verify(crews, await heard(crews, 'all have heard'));

  // For some the gateway sends no disconnect event; the others drop while messages are sent.
  for (const id of doomed) system.cloud.drop(id);
  await killed.process.kill();
  await Promise.all(others.slice(1, 3).map((crew, n) => say(crew, `to the others ${n}`)));
  verify(others, await heard(others, 'the others have heard'));
  expect(system.cloud.connections()).toHaveLength(900);
}, 300_000);
