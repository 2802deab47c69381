import { randomUUID } from 'node:crypto';
import type { Chaos } from '../chaos.ts';
import type { Activity } from '../shared/activity.ts';
import type { CallLog } from '../shared/calls.ts';
import type { Log } from '../shared/log.ts';
import { ACCOUNT } from '../template/names.ts';
import { type Endpoints, environmentOf } from './environment.ts';
import type { Outcome } from './errors.ts';
import type { LambdaFunction } from './functions.ts';
import { Pool } from './pool.ts';

/** The limit of concurrent environments for each function. Developer machines have few cores. */
const CONCURRENCY = 16;

export interface LambdaOptions {
  functions: LambdaFunction[];
  endpoints: Endpoints;
  /** Variables in addition to those of the template. */
  environment: Record<string, string>;
  /** The limit of concurrent environments of each function. @default 16 */
  concurrency: number | undefined;
  rewrite: (value: string) => string;
  calls: CallLog;
  activity: Activity;
  log: Log;
  /** Faults of invocations. */
  chaos: Chaos;
  /** Closes the connections of a function to AWS, as during a freeze. */
  freeze: (fn: LambdaFunction) => void;
}

/** The Lambda service: finds functions and runs them in their environments. */
export class Lambda {
  readonly functions: LambdaFunction[];
  readonly #options: LambdaOptions;
  readonly #pools = new Map<string, Pool>();
  #stopped = false;

  constructor(options: LambdaOptions) {
    this.functions = options.functions;
    this.#options = options;
  }

  /** By name, ARN, partial ARN (`account:function:name`) or an ARN inside an API Gateway integration's URI. */
  find(reference: string): LambdaFunction | undefined {
    const name = /function:([^:/]+)/.exec(reference)?.[1] ?? reference.split(':')[0];
    return this.functions.find((fn) => fn.name === name);
  }

  /** By a prefix of the logical id: `Message` for `Message9657C0F1`. */
  byLogicalId(prefix: string): LambdaFunction {
    const candidates = this.functions.filter((fn) => fn.id.startsWith(prefix));
    const exact = candidates.filter((fn) => fn.id === prefix || /^[0-9A-F]{8}$/.test(fn.id.slice(prefix.length)));
    const [found, ...others] = exact.length > 0 ? exact : candidates;
    if (found && others.length === 0) return found;
    const known = (found ? candidates : this.functions).map((fn) => fn.id).join(', ');
    throw new Error(`${found ? 'Several functions are' : 'No function is'} called ${prefix}: ${known}`);
  }

  /** Runs a function once with an event in JSON, and returns the outcome. Never rejects. */
  async run(fn: LambdaFunction, event: string, trigger: string, requestId: string = randomUUID()): Promise<Outcome> {
    const { calls, activity, chaos, freeze } = this.#options;
    calls.add({ service: 'invocation', functionId: fn.id, trigger, at: Date.now() });
    const { isFrozen, killedAfterMs } = chaos.run();
    if (isFrozen) freeze(fn);
    const result = within(await activity.track(() => this.#pool(fn).invoke(event, requestId, killedAfterMs)));
    if (result.ok) return { ...result, requestId };
    const { errorType, errorMessage, trace } = result.error;
    // Invocations that the shutdown interrupts are not logged as failures.
    if (!this.#stopped) {
      this.#options.log({
        kind: 'failure',
        functionId: fn.id,
        requestId,
        trigger,
        errorType,
        errorMessage,
        trace: trace ?? [],
      });
    }
    const runtimeFault = /^(Sandbox|Runtime)\./.test(errorType);
    const message = runtimeFault ? `RequestId: ${requestId} Error: ${errorMessage}` : errorMessage;
    return { ok: false, requestId, error: { ...result.error, errorMessage: message } };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#pools.values()].map((pool) => pool.stop()));
  }

  /** The environment variables of a function. */
  environment(fn: LambdaFunction): Record<string, string> {
    const { endpoints, environment, rewrite } = this.#options;
    return { ...environmentOf(fn, endpoints, rewrite), ...environment };
  }

  #pool(fn: LambdaFunction): Pool {
    const known = this.#pools.get(fn.id);
    if (known) return known;
    const { log, concurrency = CONCURRENCY } = this.#options;
    const options = () => ({
      taskRoot: fn.taskRoot,
      handler: fn.handler,
      environment: this.environment(fn),
      memoryMb: fn.memoryMb,
      context: {
        functionName: fn.name,
        functionVersion: '$LATEST',
        invokedFunctionArn: fn.arn,
        memoryLimitInMB: String(fn.memoryMb),
        logGroupName: `/aws/lambda/${fn.name}`,
        logStreamName: 'local',
      },
      onOutput: (stream: 'stdout' | 'stderr', text: string) =>
        log({ kind: 'output', functionId: fn.id, stream, text: text.replace(/\n$/, '') }),
    });
    const limit = Math.min(concurrency, fn.reserved ?? concurrency);
    const pool = new Pool(options, fn.timeoutMs, limit);
    this.#pools.set(fn.id, pool);
    return pool;
  }
}

/** The maximum response of a function: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const RESPONSE_BYTES = 6 * 1024 * 1024;

type Result = Awaited<ReturnType<Pool['invoke']>>;

/** Fails an invocation whose response is too large for Lambda. */
function within(result: Result): Result {
  const bytes = result.ok ? Buffer.byteLength(result.payload) : 0;
  if (bytes <= RESPONSE_BYTES) return result;
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${RESPONSE_BYTES} bytes): ${bytes}.`;
  return { ok: false, error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage } };
}

/** The identity of a function in AWS calls. */
export function assumedRole(roleName: string, fn: LambdaFunction): string {
  return `arn:aws:sts::${ACCOUNT}:assumed-role/${roleName}/${fn.name}`;
}
