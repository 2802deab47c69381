export type AwsService =
  | 'cloudformation'
  | 'dynamodb'
  | 'events'
  | 'execute-api'
  | 'lambda'
  | 'logs'
  | 's3'
  | 'secretsmanager'
  | 'sns'
  | 'sqs';

/** One AWS API call that reached the gate. For `sqs`, Lambda can make it with the function's role. */
export interface CallEntry {
  service: AwsService;
  /** The API operation, such as `dynamodb:BatchGetItem`, `execute-api:PostToConnection` or `lambda:Invoke`. */
  action: string;
  /** The calling function, or `operator`. */
  functionId: string;
  /** The table names, connection id, function or queue of the call. */
  resource: string;
  /** Read request units, as billed. */
  readUnits?: number;
  /** Write request units, as billed. */
  writeUnits?: number;
  /** False if the call was denied explicitly or implicitly. */
  allowed: boolean;
  /** The HTTP status of the response. */
  status: number;
  at: number;
}

/** One invocation of a function. A retry is a separate invocation. */
export interface InvocationEntry {
  service: 'invocation';
  functionId: string;
  /** Such as `websocket $connect`, `authorizer`, `http GET /users/{id}`, `async`, `sync`, `schedule Tick`. */
  trigger: string;
  at: number;
}

export type Entry = CallEntry | InvocationEntry;

export interface CallSummary {
  /** Calls per operation. */
  calls: Record<string, number>;
  /** Invocations per function. */
  invocations: Record<string, number>;
  readUnits: number;
  writeUnits: number;
  denied: CallEntry[];
}

/** The limit of entries. Older entries are removed to bound memory. */
const KEPT = 200_000;

/** The log of billed operations: AWS calls with consumed units, and invocations. */
export class CallLog {
  #entries: Entry[] = [];
  #forgotten = 0;

  add(entry: Entry): void {
    this.#entries.push(entry);
    if (this.#entries.length > KEPT * 1.5) {
      const drop = this.#entries.length - KEPT;
      this.#entries = this.#entries.slice(drop);
      this.#forgotten += drop;
    }
  }

  /** A position in the log for {@link since}. */
  mark(): number {
    return this.#forgotten + this.#entries.length;
  }

  since(mark: number): Entry[] {
    return this.#entries.slice(Math.max(0, mark - this.#forgotten));
  }

  /** Counts entries since a mark, optionally with a filter. */
  summary(mark = 0, keep: (entry: Entry) => boolean = () => true): CallSummary {
    const summary: CallSummary = { calls: {}, invocations: {}, readUnits: 0, writeUnits: 0, denied: [] };
    for (const entry of this.since(mark).filter(keep)) {
      if (entry.service === 'invocation') {
        summary.invocations[entry.functionId] = (summary.invocations[entry.functionId] ?? 0) + 1;
        continue;
      }
      summary.calls[entry.action] = (summary.calls[entry.action] ?? 0) + 1;
      summary.readUnits += entry.readUnits ?? 0;
      summary.writeUnits += entry.writeUnits ?? 0;
      if (!entry.allowed) summary.denied.push(entry);
    }
    return summary;
  }
}
