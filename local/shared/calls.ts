export type AwsService =
  | 'cloudformation'
  | 'dynamodb'
  | 'execute-api'
  | 'lambda'
  | 's3'
  | 'secretsmanager'
  | 'sns'
  | 'sqs';

/** One call of an AWS API: it reached the gate (or, for `sqs`, Lambda made it with the function's role). */
export interface CallEntry {
  service: AwsService;
  /** The API operation, such as `dynamodb:BatchGetItem`, `execute-api:PostToConnection` or `lambda:Invoke`. */
  action: string;
  /** The function that made it, or `operator`. */
  functionId: string;
  /** Table names, connection id, function or queue that the call was about. */
  resource: string;
  /** Read request units, as billed. */
  readUnits?: number;
  /** Write request units, as billed. */
  writeUnits?: number;
  /** False when a policy, or the absence of one, refused the call. */
  allowed: boolean;
  /** The HTTP status that was answered. */
  status: number;
  at: number;
}

/** One invocation of a function, whatever caused it. A retry is an invocation of its own. */
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

/** How many entries are kept; older ones are forgotten, so that a server left running does not grow. */
const KEPT = 200_000;

/** Everything that would appear on the bill: AWS calls with the units they consumed, and invocations. */
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

  /** A position in the log, to be given to {@link since} later. */
  mark(): number {
    return this.#forgotten + this.#entries.length;
  }

  since(mark: number): Entry[] {
    return this.#entries.slice(Math.max(0, mark - this.#forgotten));
  }

  /** Counts what happened since a mark, in total or for some entries only. */
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
