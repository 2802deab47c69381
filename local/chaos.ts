import type { Reply } from './shared/http.ts';
import { queryFailure } from './shared/query-protocol.ts';
import { generator } from './shared/random-delay.ts';

/** A call that reached the gate, as far as faults depend on it. */
export interface Call {
  readonly service: string;
  readonly method: string;
  /** Of services with the JSON protocol, such as `PutItem`. */
  readonly operation: string;
  /** Counts from 1 when the SDK repeats a call. */
  readonly attempt: number;
  /** Of Lambda: whether the function runs after the answer. */
  readonly isAsync: boolean;
}

/** The shares of calls that meet each fault. Real shares are far lower. */
const SHARES = {
  dynamodb: { throttled: 0.02, lost: 0.01 },
  writes: { conflict: 0.02 },
  items: { unprocessed: 0.05 },
  posts: { gone: 0.002, refused: 0.03, failed: 0.02, lost: 0.01 },
  connections: { broken: 0.008 },
  invocations: { failed: 0.02, lost: 0.01 },
  sns: { throttled: 0.03, failed: 0.02, lost: 0.01 },
  sqs: { throttled: 0.03, failed: 0.02, lost: 0.01 },
  s3: { failed: 0.03 },
  events: { repeated: 0.05, expired: 0.005 },
  batches: { repeated: 0.05 },
  runs: { killed: 0.005, frozen: 0.005 },
  disconnects: { lost: 0.3 },
} as const;

/** The longest delay of an invocation, ms. */
const MOST_DELAY_MS = 300;

/** The longest time after which a function is killed, ms. Most invocations end within it. */
const MOST_LIFE_MS = 50;

/**
 * Random faults of AWS that a seed decides: calls of DynamoDB that are throttled, that meet a transaction, or that write
 * and get no response, or batches of which it leaves a part. Connections that break. Posts that answer 410, 429 or 500, or arrive
 * without a response. Calls of SNS, SQS and S3 that fail, or have an effect and get no response. Events of functions, schedules,
 * buckets, streams and queues that come twice, late, in another order or not at all. Functions that are killed half-way,
 * or whose connections broke while they were frozen. `$disconnect` events that never come.
 */
export class Chaos {
  /** The decisions of the seed. Undefined while nothing fails. */
  #next: (() => number) | undefined;
  #counts: Record<string, number> = {};
  #lost: string | undefined;
  #leaves = false;

  begin(seed: number): void {
    this.#next = generator(seed);
    this.#counts = {};
  }

  /** Ends all faults. Returns how many there were of each kind, such as `posts lost`. */
  end(): Readonly<Record<string, number>> {
    this.#next = undefined;
    return this.#counts;
  }

  /** How long an invocation waits before it starts. */
  delayMs(): number {
    return Math.round((this.#next?.() ?? 0) ** 3 * MOST_DELAY_MS);
  }

  /** Whether a write or a transaction meets another transaction. */
  conflicts(): boolean {
    return this.#fault('writes') === 'conflict';
  }

  /**
   * Lets all first attempts of an operation of DynamoDB succeed without a response.
   * @param operation such as `UpdateItem`; undefined for none
   */
  lose(operation: string | undefined): void {
    this.#lost = operation;
  }

  /** Sets whether DynamoDB leaves an item of each batch. */
  leaveItems(leaves: boolean): void {
    this.#leaves = leaves;
  }

  /** How many items of a batch DynamoDB does not process. It processes at least one. */
  unprocessed(items: number): number {
    if (items < 2) return 0;
    if (this.#leaves) return 1;
    if (this.#fault('items') === undefined) return 0;
    return 1 + Math.floor((this.#next?.() ?? 0) * (items - 1));
  }

  /** Whether S3 answers 503 to a request. */
  refusesObject(): boolean {
    return this.#fault('s3') === 'failed';
  }

  /** What happens to an accepted event: it is handled twice, or expires before its first attempt. */
  event(): 'repeated' | 'expired' | undefined {
    return this.#fault('events');
  }

  /** Whether a batch of a stream or a message of a queue comes twice. */
  repeatsBatch(): boolean {
    return this.#fault('batches') === 'repeated';
  }

  /** What happens to an attempt to run a function: its connections broke before, or it is killed after a time. */
  run(): { readonly isFrozen: boolean; readonly killedAfterMs?: number } {
    const fault = this.#fault('runs');
    return {
      isFrozen: fault === 'frozen',
      ...(fault === 'killed' && { killedAfterMs: Math.round((this.#next?.() ?? 0) * MOST_LIFE_MS) }),
    };
  }

  /** Whether a connection breaks just before a post to it. */
  breaksConnection(): boolean {
    return this.#fault('connections') === 'broken';
  }

  losesDisconnect(): boolean {
    return this.#fault('disconnects') === 'lost';
  }

  /**
   * Makes a call, unless it meets a fault.
   * @param make makes the call
   * @returns the response, or `lost` for a call that was made and gets none
   */
  async call(
    { service, method, operation, attempt, isAsync }: Call,
    make: () => Promise<Reply>,
  ): Promise<Reply | 'lost'> {
    switch (service) {
      case 'dynamodb': {
        if (operation === this.#lost && attempt === 1) return withoutResponse(true, make);
        const fault = this.#fault('dynamodb');
        if (fault === 'throttled') return failure(400, `${DYNAMODB}#ProvisionedThroughputExceededException`);
        return withoutResponse(fault === 'lost', make);
      }
      case 'execute-api': {
        const fault = method === 'POST' ? this.#fault('posts') : undefined;
        if (fault === 'gone') return failure(410, 'GoneException');
        if (fault === 'refused') return failure(429, 'LimitExceededException');
        if (fault === 'failed') return failure(500, 'InternalServerErrorException');
        return withoutResponse(fault === 'lost', make);
      }
      case 'lambda': {
        const fault = isAsync ? this.#fault('invocations') : undefined;
        if (fault === 'failed') return failure(500, 'ServiceException');
        return withoutResponse(fault === 'lost', make);
      }
      case 'sns': {
        const fault = this.#fault('sns');
        if (fault === 'throttled') return queryFailure('', { status: 400, code: 'Throttling', message: INJECTED });
        if (fault === 'failed') return queryFailure('', { status: 500, code: 'InternalError', message: INJECTED });
        return withoutResponse(fault === 'lost', make);
      }
      case 'sqs': {
        const fault = this.#fault('sqs');
        if (fault === 'throttled') return failure(400, 'com.amazonaws.sqs#RequestThrottled');
        if (fault === 'failed') return failure(500, 'InternalFailure');
        return withoutResponse(fault === 'lost', make);
      }
      default:
        return make();
    }
  }

  /** The fault of the next call, if any. */
  #fault<Kind extends keyof typeof SHARES>(kind: Kind): keyof (typeof SHARES)[Kind] | undefined {
    let left = this.#next?.() ?? 1;
    const shares: Readonly<Record<string, number>> = SHARES[kind];
    for (const fault in SHARES[kind]) {
      left -= shares[fault] ?? 0;
      if (left >= 0) continue;
      const name = `${kind} ${fault}`;
      this.#counts[name] = (this.#counts[name] ?? 0) + 1;
      return fault;
    }
    return undefined;
  }
}

const INJECTED = 'Injected fault';
const DYNAMODB = 'com.amazonaws.dynamodb.v20120810';

async function withoutResponse(lost: boolean, make: () => Promise<Reply>): Promise<Reply | 'lost'> {
  const reply = await make();
  return lost ? 'lost' : reply;
}

function failure(status: number, type: string): Reply {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': type },
    body: JSON.stringify({ __type: type, message: INJECTED }),
  };
}
