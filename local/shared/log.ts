/** A log entry of the local cloud. The caller that starts it decides what to print. */
export type LogEntry =
  | { kind: 'output'; functionId: string; stream: 'stdout' | 'stderr'; text: string }
  | {
      kind: 'failure';
      functionId: string;
      requestId: string;
      trigger: string;
      errorType: string;
      errorMessage: string;
      trace: string[];
    }
  | { kind: 'denied'; functionId: string; action: string; resource: string; message: string }
  | { kind: 'notice'; text: string };

export type Log = (entry: LogEntry) => void;
