import type { Cloud } from '../../local/cloud.ts';
import { Device } from './device.ts';
import { type Answer, app, befriend, rest, someone } from './macaw.ts';
import { storeUsers } from './users.ts';

/** Common actions of REST tests. */
export function testApi(system: { readonly cloud: Cloud; readonly origin: string }) {
  const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> =>
    rest(system.origin, method, path, { ...(body !== undefined && { body }), ...(headers && { headers }) });

  const login = (who: string | Record<string, unknown>) => Device.login('4.8.4', system.origin, who);

  return {
    call,
    login,

    /** Creates users without friends. */
    async users(...names: string[]): Promise<string[]> {
      const ids = names.map(someone);
      await storeUsers(system.cloud, app.id, ids);
      return ids;
    },

    /** Tom and Jerry, who are friends, with a device each. */
    async friends() {
      const [tom, jerry] = [someone('tom'), someone('jerry')];
      await befriend(system.origin, tom, jerry);
      return { jerry, toms: await login(tom), jerrys: await login(jerry) };
    },

    async create(kind: 'group' | 'room', body: Record<string, unknown>): Promise<string> {
      const { status, body: id } = await call('POST', `/${kind}s`, body);
      if (status !== 200 || typeof id !== 'string') throw new Error(`${status}: ${JSON.stringify(id)}`);
      return id;
    },
  };
}
