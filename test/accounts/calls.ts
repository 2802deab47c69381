import { type Answer, app, credentials, rest, someone } from '../support/macaw.ts';

export interface Session {
  readonly objectId: string;
  readonly sessionToken: string;
  readonly [field: string]: unknown;
}

/** Common actions of account tests, all in one application. */
export function accountsOf(system: { readonly origin: string }, appId: string = app.id) {
  const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> =>
    rest(system.origin, method, path, {
      ...(body !== undefined && { body }),
      headers: { 'X-ML-AppId': appId, ...headers },
    });

  const succeed = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
    const answer = await call(method, path, body, headers);
    if (answer.status >= 300) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body as Session;
  };

  return {
    call,
    succeed,

    /** Makes calls with the session of an account. */
    as: (token: string) => (method: string, path: string, body?: unknown) =>
      call(method, path, body, { 'X-ML-Session-Token': token }),

    master: (method: string, path: string, body?: unknown) =>
      call(method, path, body, { 'X-ML-APIKey': '', 'X-ML-MasterKey': app.masterKey }),

    async register(fields: Record<string, unknown> = {}): Promise<Session & { username: string; password: string }> {
      const account = { username: someone('name'), password: 'secret', ...fields };
      return { ...account, ...(await succeed('POST', '/2.0/users', account)) };
    },

    login: (username: string, password: string) =>
      call('GET', `/2.0/login?${new URLSearchParams({ username, password })}`),

    auth: (login: Record<string, unknown>) => ({ ...credentials(login), app: appId }),
  };
}

let phones = 0;

/** A phone number that no other test uses. */
export function telephone(): string {
  phones += 1;
  return `+861${String(process.pid % 10_000).padStart(4, '0')}${String(phones).padStart(6, '0')}`;
}
