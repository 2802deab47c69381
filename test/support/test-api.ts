import { Device } from './device.ts';
import { type Answer, befriend, rest, someone } from './macaw.ts';

/** Common actions of REST tests. */
export function testApi(system: { readonly origin: string }) {
  const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> =>
    rest(system.origin, method, path, { ...(body !== undefined && { body }), ...(headers && { headers }) });

  return {
    call,
    login: (who: string | Record<string, unknown>) => Device.login('4.8.4', system.origin, who),

    /** Creates users, as a first login does. */
    async users(...names: string[]): Promise<string[]> {
      const ids = names.map(someone);
      const witness = someone('witness');
      await Promise.all(ids.map((id) => befriend(system.origin, id, witness)));
      return ids;
    },

    async create(kind: 'group' | 'room', body: Record<string, unknown>): Promise<string> {
      const { status, body: id } = await call('POST', `/${kind}s`, body);
      if (status !== 200 || typeof id !== 'string') throw new Error(`${status}: ${JSON.stringify(id)}`);
      return id;
    },
  };
}
