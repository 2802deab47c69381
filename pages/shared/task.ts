import { useState } from 'react';

export interface Task<Input extends unknown[] = []> {
  readonly run: (...input: Input) => void;
  readonly isBusy: boolean;
  /** Whether the last run succeeded. */
  readonly isDone: boolean;
  /** Why the last run failed. */
  readonly error: string | undefined;
}

/** Runs asynchronous work of a button or form, with its state. */
export function useTask<Input extends unknown[] = []>(work: (...input: Input) => Promise<unknown>): Task<Input> {
  const [state, setState] = useState<{ isBusy: boolean; isDone: boolean; error?: string }>({
    isBusy: false,
    isDone: false,
  });
  const run = (...input: Input) => {
    setState({ isBusy: true, isDone: false });
    work(...input).then(
      () => setState({ isBusy: false, isDone: true }),
      (thrown) =>
        setState({ isBusy: false, isDone: false, error: thrown instanceof Error ? thrown.message : String(thrown) }),
    );
  };
  return { run, isBusy: state.isBusy, isDone: state.isDone, error: state.error };
}
