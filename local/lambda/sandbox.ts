import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as z from 'zod/mini';
import type { FunctionError } from './errors.ts';

const RUNTIME = new URL('./runtime.cjs', import.meta.url);

export interface SandboxOptions {
  taskRoot: string;
  handler: string;
  environment: Record<string, string>;
  memoryMb: number;
  /** The constant properties of Lambda's context object. */
  context: Record<string, string>;
  onOutput(stream: 'stdout' | 'stderr', text: string): void;
}

const errorSchema = z.object({
  errorType: z.string(),
  errorMessage: z.string(),
  trace: z.optional(z.array(z.string())),
});
const resultSchema = z.union([
  z.object({ ok: z.literal(true), payload: z.string() }),
  z.object({ ok: z.literal(false), error: errorSchema }),
]);
/** A bundle that V8 compiled, with the hash of its source. */
const Compiled = z.object({ hash: z.string(), code: z.instanceof(Uint8Array) });

const messageSchema = z.union([
  z.object({ compiled: Compiled }),
  z.object({ ready: z.literal(true) }),
  z.object({ stream: z.enum(['stdout', 'stderr']), text: z.string() }),
  resultSchema,
]);

/** Compiled bundles by their directory and handler. They save half of the time of a cold start. */
const compiled = new Map<string, z.output<typeof Compiled>>();

type Result = { ok: true; payload: string } | { ok: false; error: FunctionError };

/**
 * One execution environment: a worker thread with the environment that Lambda provides. It handles one event at a
 * time. It ends after a timeout, a crash or a failed start.
 */
export class Sandbox {
  readonly #worker: Worker;
  #settle: ((result: Result) => void) | undefined;
  #ready: Promise<Result | undefined>;
  #dead: FunctionError | undefined;

  constructor(options: SandboxOptions) {
    const bundle = join(options.taskRoot, options.handler);
    this.#worker = new Worker(RUNTIME, {
      env: options.environment,
      execArgv: [],
      stdout: true,
      stderr: true,
      workerData: {
        taskRoot: options.taskRoot,
        handlerName: options.handler,
        context: options.context,
        compiled: compiled.get(bundle),
      },
      resourceLimits: { maxOldGenerationSizeMb: options.memoryMb },
    });
    for (const stream of ['stdout', 'stderr'] as const) {
      this.#worker[stream].setEncoding('utf8').on('data', (text: string) => options.onOutput(stream, text));
    }
    this.#ready = new Promise((resolve) => {
      this.#settle = (result) => resolve(result.ok ? undefined : result);
    });
    this.#worker.on('message', (data: unknown) => {
      const message = z.parse(messageSchema, data);
      if ('compiled' in message) compiled.set(bundle, message.compiled);
      else if ('stream' in message) options.onOutput(message.stream, message.text);
      else this.#finish('ready' in message ? { ok: true, payload: '' } : result(message));
    });
    this.#worker.on('error', (error: unknown) => this.#die(crash(error)));
    this.#worker.on('exit', (code) =>
      this.#die({ errorType: 'Runtime.ExitError', errorMessage: `Runtime exited with error: exit status ${code}` }),
    );
  }

  get usable(): boolean {
    return this.#dead === undefined;
  }

  /** Resolves when the bundle is loaded, or with an error if loading failed. */
  get started(): Promise<Result | undefined> {
    return this.#ready;
  }

  async invoke(event: string, requestId: string, timeoutMs: number): Promise<Result> {
    if (this.#dead) return { ok: false, error: this.#dead };
    let timer: NodeJS.Timeout | undefined;
    const result = await new Promise<Result>((resolve) => {
      this.#settle = resolve;
      timer = setTimeout(() => {
        const seconds = (timeoutMs / 1000).toFixed(2);
        this.#die({ errorType: 'Sandbox.Timedout', errorMessage: `Task timed out after ${seconds} seconds` });
      }, timeoutMs);
      this.#worker.postMessage({ event, requestId, deadline: Date.now() + timeoutMs });
    });
    clearTimeout(timer);
    return result;
  }

  async stop(): Promise<void> {
    this.#dead ??= { errorType: 'Runtime.ExitError', errorMessage: 'The local cloud was stopped' };
    this.#finish({ ok: false, error: this.#dead });
    await this.#worker.terminate();
  }

  #die(error: FunctionError): void {
    this.#dead ??= error;
    this.#finish({ ok: false, error: this.#dead });
    void this.#worker.terminate();
  }

  #finish(result: Result): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(result);
  }
}

function result(message: z.output<typeof resultSchema>): Result {
  if (message.ok) return message;
  const { errorType, errorMessage, trace } = message.error;
  return { ok: false, error: { errorType, errorMessage, ...(trace ? { trace } : {}) } };
}

function crash(error: unknown): FunctionError {
  if (!(error instanceof Error)) return { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: String(error) };
  const memory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return {
    errorType: memory ? 'Runtime.OutOfMemory' : 'Runtime.UnhandledPromiseRejection',
    errorMessage: error.message,
    trace: (error.stack ?? '').split('\n'),
  };
}
