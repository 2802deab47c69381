/** The response payload of Lambda for a failed function. */
export interface FunctionError {
  errorType: string;
  errorMessage: string;
  trace?: string[];
}

/** The outcome of an invocation: the handler's JSON, or an error with Lambda's classification. */
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
