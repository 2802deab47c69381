import type { Admin } from 'macaw-client/admin';
import { createContext, useCallback, useContext, useEffect, useRef, useState } from 'react';

/** An admin client, and the application that it manages. All requests of the console go through it. */
export interface Application extends Admin {
  readonly app: string;
}

export const ApplicationContext = createContext<Application | undefined>(undefined);

export function useApplication(): Application {
  const application = useContext(ApplicationContext);
  if (!application) throw new Error('useApplication: render the view inside an ApplicationContext');
  return application;
}

export interface Loaded<T> {
  /** Undefined before the first answer. */
  readonly data?: T;
  readonly error?: string;
  readonly reload: () => void;
}

/**
 * What a request returns.
 * @param load from `useCallback`; a new function is called at once, and late answers of the previous one are dropped
 */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ data?: T; error?: string }>({});
  const latest = useRef<() => Promise<T>>(undefined);
  const reload = useCallback(() => {
    latest.current = load;
    load().then(
      (data) => latest.current === load && setState({ data }),
      (thrown) =>
        latest.current === load && setState({ error: thrown instanceof Error ? thrown.message : String(thrown) }),
    );
  }, [load]);
  useEffect(reload, [reload]);
  return { ...state, reload };
}
