import { createClient, type Macaw, MacawError } from 'macaw-client';
import { indexedDbStorage } from 'macaw-client/indexed-db';
import { attributes } from 'macaw-client/resources';
import { useCallback, useEffect, useState } from 'react';
import type { Configuration } from './configuration.ts';

/** Who uses this tab: a user of the open demo application, or the owner of a token. */
export interface Login {
  readonly user?: string;
  readonly token?: string;
  /** Another application than the configured one. Its token names the user. */
  readonly app?: string;
}

export interface Session {
  /** Missing while nobody is logged in. */
  readonly client?: Macaw;
  readonly isBusy: boolean;
  readonly error?: MacawError;
  readonly signIn: (login: Login) => void;
  readonly signOut: () => void;
}

/** The storage of the tab, so that two tabs can be two users, and each survives a reload. */
const KEY = 'macaw-login';

/** The client of this tab. It logs in again after a reload, or with the login in the address of the page. */
export function useSession(configuration: Configuration): Session {
  const [state, setState] = useState<Pick<Session, 'client' | 'isBusy' | 'error'>>({ isBusy: false });

  const signIn = useCallback(
    async (login: Login) => {
      setState({ isBusy: true });
      const client = createClient({
        url: location.origin,
        app: login.app ?? configuration.app,
        storage: indexedDbStorage(),
        ...(configuration.clientKey !== undefined && { clientKey: configuration.clientKey }),
      });
      try {
        await client.login(login.token === undefined ? { userId: login.user ?? '' } : { token: login.token });
        sessionStorage.setItem(KEY, JSON.stringify(login));
        await introduce(client);
        setState({ client, isBusy: false });
      } catch (thrown) {
        client.close();
        sessionStorage.removeItem(KEY);
        setState({ isBusy: false, ...(thrown instanceof MacawError && { error: thrown }) });
      }
    },
    [configuration],
  );

  const { client } = state;
  const signOut = useCallback(() => {
    sessionStorage.removeItem(KEY);
    client?.logout().catch(() => undefined);
    setState({ isBusy: false });
  }, [client]);

  useEffect(() => {
    const login = loginFromAddress() ?? loginFromStorage();
    if (login) void signIn(login);
  }, [signIn]);

  return { ...state, signIn, signOut };
}

/** Gives a new user a name, by which others find them. A failure is no reason not to chat. */
async function introduce(client: Macaw): Promise<void> {
  const { me = '' } = client;
  const own = attributes(client, 'user', me);
  try {
    const { nickname } = await own.all();
    if (nickname === undefined) await own.merge({ nickname: me });
  } catch (error) {
    console.warn('The name of the user was not stored', error);
  }
}

/** Reads `#user=tom`, or `#token=…&app=…`. The token then leaves the address, and so the history of the browser. */
function loginFromAddress(): Login | undefined {
  const values = new URLSearchParams(location.hash.slice(1));
  const login: Login = Object.fromEntries([...values].filter(([name]) => ['user', 'token', 'app'].includes(name)));
  if (login.user === undefined && login.token === undefined) return undefined;
  history.replaceState(undefined, '', location.pathname);
  return login;
}

function loginFromStorage(): Login | undefined {
  // Only this page writes it.
  return JSON.parse(sessionStorage.getItem(KEY) ?? 'null') ?? undefined;
}
