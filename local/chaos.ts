import type { Reply } from './shared/http.ts';
import { generator } from './shared/random-delay.ts';

/** A call that reached the gate, as far as faults depend on it. */
export interface Call {
  readonly service: string;
  /** Of DynamoDB: the operation, such as `PutItem`. */
  readonly operation: string;
  readonly method: string;
  /** Of Lambda: whether the function runs after the answer. */
  readonly isAsync: boolean;
}

/** The shares of calls that meet each fault. Real shares are far lower. */
const SHARES = {
  dynamodb: { throttled: 0.02, conflict: 0.02, lost: 0.01 },
  posts: { gone: 0.01, refused: 0.03, failed: 0.02, lost: 0.01 },
  invocations: { repeated: 0.05, failed: 0.02, lost: 0.01 },
  disconnects: { lost: 0.3 },
} as const;

/** The longest delay of an invocation, ms. */
const MOST_DELAY_MS = 300;

/** Writes that can meet a transaction. */
const SINGLE_WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);

/**
 * Random faults of AWS that a seed decides: calls of DynamoDB that are throttled, that meet a transaction, or that write
 * and get no response. Posts that answer 410, 429 or 500, or arrive without a response. Asynchronous invocations that run
 * twice, late or in another order. `$disconnect` events that never come.
 */
export class Chaos {
  readonly #next: () => number;
  /** Nothing fails while the stacks are deployed. */
  #active = false;
  readonly #counts: Record<string, number> = {};

  constructor(seed: number) {
    this.#next = generator(seed);
  }

  begin(): void {
    this.#active = true;
  }

  /** Ends all faults. Returns how many there were of each kind, such as `posts lost`. */
  end(): Readonly<Record<string, number>> {
    this.#active = false;
    return this.#counts;
  }

  /** How long an invocation waits before it starts. */
  delayMs(): number {
    return this.#active ? Math.round(this.#next() ** 3 * MOST_DELAY_MS) : 0;
  }

  losesDisconnect(): boolean {
    return this.#fault('disconnects') === 'lost';
  }

  /**
   * Makes a call, unless it meets a fault.
   * @param make makes the call
   * @returns the response, or `lost` for a call that was made and gets none
   */
  async call({ service, operation, method, isAsync }: Call, make: () => Promise<Reply>): Promise<Reply | 'lost'> {
    switch (service) {
      case 'dynamodb': {
        const fault = this.#fault('dynamodb');
        if (fault === 'throttled') return failure(400, `${DYNAMODB}#ProvisionedThroughputExceededException`);
        if (fault === 'conflict' && SINGLE_WRITES.has(operation))
          return failure(400, `${DYNAMODB}#TransactionConflictException`);
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
        if (fault === 'repeated') await make();
        return withoutResponse(fault === 'lost', make);
      }
      default:
        return make();
    }
  }

  /** The fault of the next call, if any. */
  #fault(kind: keyof typeof SHARES): string | undefined {
    if (!this.#active) return undefined;
    let left = this.#next();
    const found = Object.entries(SHARES[kind]).find(([, share]) => {
      left -= share;
      return left < 0;
    });
    if (!found) return undefined;
    const name = `${kind} ${found[0]}`;
    this.#counts[name] = (this.#counts[name] ?? 0) + 1;
    return found[0];
  }
}

const DYNAMODB = 'com.amazonaws.dynamodb.v20120810';

async function withoutResponse(lost: boolean, make: () => Promise<Reply>): Promise<Reply | 'lost'> {
  const reply = await make();
  return lost ? 'lost' : reply;
}

function failure(status: number, type: string): Reply {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': type },
    body: JSON.stringify({ __type: type, message: 'Injected fault' }),
  };
}
