import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import * as z from 'zod/mini';
import type { Cloud } from '../local/cloud.ts';
import { app } from '../test/support/demo-app.ts';
import type { CheckReport } from './check-report.ts';
import { ClientProgram } from './client-program.ts';
import type { Row } from './results.ts';
import { cache, install, need, source } from './tools.ts';

/** The SDK fixes its transport, and has no acknowledgements. */
export const MAXIM: Row & { readonly version: string } = {
  name: 'MaxIM JavaScript SDK `maxleap-im`',
  version: '3.0.17',
  place: 'url',
  eio: 3,
};

const Answer = z.object({ error: z.null(), answer: z.unknown() });

/** Runs two users of an app for MaxIM. Only the server address differs. */
export async function checkMaxIM(cloud: Cloud, report: CheckReport): Promise<void> {
  console.log(`${MAXIM.name} ${MAXIM.version}, of 2016`);
  const programs: ClientProgram[] = [];
  const player = (n: number) => {
    const found = programs[n];
    assert.ok(found, 'No client logged in');
    return found;
  };
  const call = async (name: string, ...args: unknown[]) => {
    player(0).say({ call: name, args });
    return Answer.parse(await player(0).next('answer')).answer;
  };
  const installed = async () => {
    const [program, ...files] = await prepare();
    for (const id of ['max-tom', 'max-jerry']) {
      const options = JSON.stringify({ appId: app.id, clientId: app.clientKey, userId: id });
      const one = new ClientProgram([String(program), ...files], cloud.origin, id, options);
      programs.push(one);
      assert.deepEqual(await one.next('login'), { success: true, id });
    }
  };
  if (await report.check('installs and logs in', installed)) {
    await report.check('adds friends and exchanges messages', async () => {
      await call('addFriend', 'max-tom', 'max-jerry');
      player(0).say({ say: { to: 'toFriend', id: 'max-jerry', text: 'from 2016' } });
      const { from, content } = Object(await player(1).next('message'));
      assert.deepEqual(
        [from, content],
        [
          { id: 'max-tom', type: 0 },
          { media: 0, body: 'from 2016' },
        ],
      );
      const [said] = Object(await call('getRecentChat', 'max-tom', 'max-jerry', Date.now() + 1000, 20));
      assert.deepEqual([said.speaker, said.content], ['max-tom', { media: 0, body: 'from 2016' }]);
      const [friend] = Object(await call('listFriends', 'max-tom'));
      assert.equal(friend, 'max-jerry');
    });
    await report.check('creates a group and sends messages', async () => {
      const group = await call('addGroup', { owner: 'max-tom', members: ['max-jerry'] });
      player(0).say({ say: { to: 'toGroup', id: group, text: 'all of you' } });
      const { from } = Object(await player(1).next('message'));
      assert.deepEqual(from, { id: 'max-tom', type: 1, gid: group });
      assert.equal(Object(await call('getGroup', group)).owner, 'max-tom');
      await call('rmGroupMembers', group, { members: ['max-jerry'] });
      await call('rmGroup', group);
    });
    await report.check('stores attributes and searches by them', async () => {
      await call('setUserAttributes', 'max-tom', { city: 'Rome', age: 7 });
      assert.deepEqual(await call('getUserAttributes', 'max-tom'), { city: 'Rome', age: 7 });
      const [found] = Object(await call('searchUsers', 10, 0, '-ts', { city: 'Rome' }));
      assert.equal(found.id, 'max-tom');
      await call('rmUserAttributes', 'max-tom');
    });
    await report.check('reconnects after a connection loss', async () => {
      for (const connection of cloud.connections()) cloud.drop(connection);
      for (const one of programs) await one.next('login');
      player(0).say({ say: { to: 'toFriend', id: 'max-jerry', text: 'again' } });
      assert.equal(Object(await player(1).next('message')).content.body, 'again');
    });
  }
  await Promise.all(programs.map((one) => one.end()));
}

/** @returns the command of the program for one user. @throws Unavailable */
async function prepare(): Promise<string[]> {
  await need('npm');
  const directory = cache('maxim');
  mkdirSync(directory, { recursive: true });
  for (const file of ['package.json', 'chat.cjs']) copyFileSync(source(`maxim/${file}`), `${directory}/${file}`);
  await install('npm', ['install', '--prefix', directory, '--ignore-scripts', '--no-audit', '--no-fund']);
  return [process.execPath, `${directory}/chat.cjs`];
}
