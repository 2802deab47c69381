import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Answer, type Order } from './orders.ts';

const SCRIPT = fileURLToPath(new URL('./process.ts', import.meta.url));

/** A separate process with many stock clients. */
export class ClientPool {
  readonly #process: ChildProcess;
  readonly #pending = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>();
  #orders = 0;

  constructor() {
    this.#process = fork(SCRIPT, { execArgv: ['--import', 'tsx'] });
    this.#process.on('message', (message) => {
      const answer = Answer.parse(message);
      const pending = this.#pending.get(answer.n);
      this.#pending.delete(answer.n);
      if (answer.error === undefined) pending?.resolve(answer);
      else pending?.reject(new Error(answer.error));
    });
    this.#process.on('exit', () => {
      for (const { reject } of this.#pending.values()) reject(new Error('The process of this client pool has exited'));
    });
  }

  /** Resolves when the process has completed the order. */
  order(order: Order): Promise<Answer> {
    const n = this.#orders++;
    return new Promise((resolve, reject) => {
      this.#pending.set(n, { resolve, reject });
      this.#process.send({ n, order });
    });
  }

  /** Kills the process immediately, so its clients do not close their connections. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await gone;
  }
}
