import { createAdmin } from 'macaw-client/admin';
import { useCallback, useEffect, useState } from 'react';
import type { Application } from './requests.ts';

export interface Keys {
  readonly app: string;
  readonly masterKey: string;
}

/** Only filled on request: the keys otherwise exist in the memory of the page. */
const KEY = 'macaw-console';

/** The application that the console manages, after its master key was accepted. */
export function useSession() {
  const [application, setApplication] = useState<Application>();

  const signIn = useCallback(async (keys: Keys, keep: boolean) => {
    const admin = createAdmin({ url: location.origin, ...keys });
    // Any request that needs the master key.
    await admin.call('GET /settings', {});
    if (keep) sessionStorage.setItem(KEY, JSON.stringify(keys));
    setApplication({ ...admin, app: keys.app });
  }, []);

  const signOut = useCallback(() => {
    sessionStorage.removeItem(KEY);
    setApplication(undefined);
  }, []);

  useEffect(() => {
    // Only this page writes it.
    const keys: Keys | undefined = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') ?? undefined;
    if (keys) signIn(keys, true).catch(signOut);
  }, [signIn, signOut]);

  return { application, signIn, signOut };
}
