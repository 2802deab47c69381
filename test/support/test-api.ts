import type { Cloud } from '../../local/cloud.ts';
import { Device } from './device.ts';
import { type Answer, app, rest, someone } from './macaw.ts';
import { storeUsers } from './users.ts';

/** Common actions of REST tests. */
export function testApi(system: { readonly cloud: Cloud; readonly origin: string }) {
  const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> =>
    rest(system.origin, method, path, { ...(body !== undefined && { body }), ...(headers && { headers }) });

  return {
    call,
    login: (who: string | Record<string, unknown>) => Device.login('4.8.4', system.origin, who),

    /** Creates users without friends. */
    async users(...names: string[]): Promise<string[]> {
      const ids = names.map(someone);
      await storeUsers(system.cloud, app.id, ids);
      return ids;
    },

    async create(kind: 'group' | 'room', body: Record<string, unknown>): Promise<string> {
      const { status, body: id } = await call('POST', `/${kind}s`, body);
      if (status !== 200 || typeof id !== 'string') throw new Error(`${status}: ${JSON.stringify(id)}`);
      return id;
    },
  };
}
