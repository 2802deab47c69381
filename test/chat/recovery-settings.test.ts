import { afterEach, expect, it } from 'vitest';
import { database } from '../support/database.ts';
import { someone } from '../support/macaw.ts';
import { closeTravellers, later, Traveller } from '../support/traveller.ts';

const system = database(() => ({ strict: { mode: 'strict' }, forgetful: { recovery: false } }));

afterEach(() => closeTravellers());

it('in strict mode a client recovers, and is handed a token again', async () => {
  const device = await Traveller.login(system.cloud, { app: 'strict', client: someone() });
  const tokens: unknown[] = [];
  device.socket.on('login', ({ token }) => tokens.push(typeof token));
  await later();
  await device.cut();
  await later();
  expect(await device.back()).toBe(true);
  expect(tokens).toEqual(['string']);
}, 60_000);

it('nobody recovers in an application that does not want it', async () => {
  const device = await Traveller.login(system.cloud, { app: 'forgetful', client: someone() });
  expect(device.counts).toEqual([1]);
  expect(device.claim).toEqual({ pid: undefined, offset: undefined });
}, 60_000);
