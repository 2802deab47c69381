import { useState } from 'react';

export interface Task {
  readonly run: () => void;
  readonly isBusy: boolean;
  /** Why the last run failed. */
  readonly error: string | undefined;
}

/** Runs asynchronous work of a button, with its state. */
export function useTask(work: () => Promise<void>): Task {
  const [state, setState] = useState<{ isBusy: boolean; error?: string }>({ isBusy: false });
  const run = () => {
    setState({ isBusy: true });
    work().then(
      () => setState({ isBusy: false }),
      (thrown) => setState({ isBusy: false, error: thrown instanceof Error ? thrown.message : String(thrown) }),
    );
  };
  return { run, isBusy: state.isBusy, error: state.error };
}
