import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';

const PROCESS = fileURLToPath(new URL('./function.mjs', import.meta.url));
const Import = z.object({ importMs: z.number() });
const Cpu = z.object({ cpuMs: z.number() });

interface Options {
  /** The directory of the bundles. */
  readonly bundles: string;
  /** The file name of the handler, such as `message`. */
  readonly name: string;
  readonly environment: NodeJS.ProcessEnv;
}

function start({ bundles, name, environment }: Options, ...more: string[]): ChildProcess {
  const env = { ...environment, NODE_NO_WARNINGS: '1' };
  return fork(PROCESS, [join(bundles, name, 'index.cjs'), ...more], {
    env,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** The time to import a bundle in a new process, in ms. */
export async function importTime(options: Options): Promise<number> {
  const child = start(options);
  const ended = once(child, 'exit');
  const [message] = await Promise.race([once(child, 'message'), ended]);
  await ended;
  return Import.parse(message).importMs;
}

/** A function in a process of its own. */
export class RunningFunction {
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown[]>;

  private constructor(process: ChildProcess) {
    this.#process = process;
    this.#ended = once(process, 'exit');
  }

  static async start(options: Options): Promise<RunningFunction> {
    const started = new RunningFunction(start(options, 'events'));
    Import.parse(await started.#answer());
    return started;
  }

  /** The next message of the process. When it has ended instead, its exit code, which no schema takes. */
  async #answer(): Promise<unknown> {
    const [message] = await Promise.race([once(this.#process, 'message'), this.#ended]);
    return message;
  }

  /** Handles events in sequence. Returns the CPU time of one in ms, on average. */
  async handle(events: readonly object[]): Promise<number> {
    this.#process.send([...events]);
    return Cpu.parse(await this.#answer()).cpuMs;
  }

  stop(): void {
    this.#process.kill();
  }
}
