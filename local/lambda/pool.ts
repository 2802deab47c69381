import type { FunctionError } from './errors.ts';
import { Sandbox, type SandboxOptions } from './sandbox.ts';

/** The init phase of Lambda is limited to 10 seconds. */
const INIT_MS = 10_000;

/**
 * The limit of environments of a function that start at the same time. On Lambda, each has its own machine. Locally
 * they share a few cores, so warm environments serve a burst sooner than many cold starts.
 */
const STARTING = 2;

/**
 * How long no environment of a function becomes idle before a waiting event starts another one. Warm environments
 * serve a burst sooner than new ones, and each new one makes all others slower.
 */
const PATIENCE_MS = 150;

type Result = Awaited<ReturnType<Sandbox['invoke']>>;

interface Waiting {
  event: string;
  requestId: string;
  timeoutMs: number;
  /** Whether no environment became idle for {@link PATIENCE_MS} while it waited. */
  impatient: boolean;
  resolve(result: Result): void;
}

/** The execution environments of one function. Each handles one invocation at a time and is then reused. */
export class Pool {
  readonly #options: () => SandboxOptions;
  readonly #timeoutMs: number;
  readonly #limit: number;
  readonly #sandboxes = new Set<Sandbox>();
  readonly #idle: Sandbox[] = [];
  readonly #waiting: Waiting[] = [];
  #starting = 0;
  /** When an environment last became idle, epoch ms. */
  #lastIdle = 0;
  #stopped = false;

  constructor(options: () => SandboxOptions, timeoutMs: number, limit: number) {
    this.#options = options;
    this.#timeoutMs = timeoutMs;
    this.#limit = limit;
  }

  /** @param timeoutMs when the function is stopped. @default its own limit */
  invoke(event: string, requestId: string, timeoutMs = this.#timeoutMs): Promise<Result> {
    return new Promise((resolve) => {
      const waiting: Waiting = { event, requestId, timeoutMs, impatient: false, resolve };
      this.#waiting.push(waiting);
      this.#advance();
      if (this.#waiting.includes(waiting)) this.#hurryLater(waiting);
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { resolve } of this.#waiting.splice(0))
      resolve(failed('Runtime.ExitError', 'The local cloud was stopped'));
    await Promise.all([...this.#sandboxes].map((sandbox) => sandbox.stop()));
  }

  #advance(): void {
    while (this.#waiting.length > 0) {
      const sandbox = this.#idle.pop();
      if (!sandbox) break;
      if (sandbox.usable) void this.#run(sandbox);
      else this.#sandboxes.delete(sandbox);
    }
    if (this.#mayStart()) {
      void this.#start();
      this.#advance();
    }
  }

  #hurryLater(waiting: Waiting): void {
    const since = Date.now();
    const hurry = (): void => {
      if (!this.#waiting.includes(waiting)) return;
      const rest = Math.max(since, this.#lastIdle) + PATIENCE_MS - Date.now();
      if (rest > 0) {
        setTimeout(hurry, rest).unref();
        return;
      }
      waiting.impatient = true;
      this.#advance();
    };
    hurry();
  }

  #mayStart(): boolean {
    if (this.#stopped || this.#starting >= STARTING || this.#sandboxes.size >= this.#limit) return false;
    const [next] = this.#waiting.slice(this.#starting);
    return next !== undefined && (next.impatient || this.#sandboxes.size < STARTING);
  }

  async #start(): Promise<void> {
    this.#starting++;
    let sandbox: Sandbox | undefined;
    let failure: Result | undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      sandbox = new Sandbox(this.#options());
      this.#sandboxes.add(sandbox);
      const late = new Promise<Result>((resolve) => {
        timer = setTimeout(() => resolve(failed('Sandbox.Timedout', 'The init phase timed out after 10 s')), INIT_MS);
      });
      failure = await Promise.race([sandbox.started, late]);
    } catch (error) {
      failure = failed('Runtime.InvalidEntrypoint', error instanceof Error ? error.message : String(error));
    }
    clearTimeout(timer);
    this.#starting--;
    if (failure || !sandbox) {
      if (sandbox) this.#sandboxes.delete(sandbox);
      void sandbox?.stop();
      this.#waiting.shift()?.resolve(failure ?? failed('Runtime.ExitError', 'The environment did not start'));
    } else {
      this.#becomeIdle(sandbox);
    }
    this.#advance();
  }

  #becomeIdle(sandbox: Sandbox): void {
    this.#idle.push(sandbox);
    this.#lastIdle = Date.now();
  }

  async #run(sandbox: Sandbox): Promise<void> {
    const next = this.#waiting.shift();
    if (!next) {
      this.#idle.push(sandbox);
      return;
    }
    const result = await sandbox.invoke(next.event, next.requestId, next.timeoutMs);
    if (sandbox.usable) this.#becomeIdle(sandbox);
    else this.#sandboxes.delete(sandbox);
    next.resolve(result);
    this.#advance();
  }
}

function failed(errorType: string, errorMessage: string): { ok: false; error: FunctionError } {
  return { ok: false, error: { errorType, errorMessage } };
}
