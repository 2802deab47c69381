/** The payload Lambda answers when a function fails. */
export interface FunctionError {
  errorType: string;
  errorMessage: string;
  trace?: string[];
}

/** What an invocation ended with: the handler's JSON, or an error and how Lambda classifies it. */
export type Outcome =
  | { ok: true; payload: string; requestId: string }
  | { ok: false; error: FunctionError; requestId: string };

export class FunctionFailed extends Error {
  readonly errorType: string;
  readonly remote: FunctionError;

  constructor(functionId: string, error: FunctionError) {
    super(`${functionId} failed: ${error.errorType}: ${error.errorMessage}`);
    this.name = 'FunctionFailed';
    this.errorType = error.errorType;
    this.remote = error;
  }
}
