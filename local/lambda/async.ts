import { randomUUID } from 'node:crypto';
import type { Chaos } from '../chaos.ts';
import type { Role } from '../iam/roles.ts';
import type { Activity } from '../shared/activity.ts';
import type { CallLog } from '../shared/calls.ts';
import { tryParse } from '../shared/json.ts';
import type { Log } from '../shared/log.ts';
import type { Queues } from '../sqs/queues.ts';
import type { Outcome } from './errors.ts';
import type { LambdaFunction } from './functions.ts';
import { assumedRole, type Lambda } from './lambda.ts';

export interface AsyncOptions {
  lambda: Lambda;
  queues: Queues;
  roles: Map<string, Role>;
  calls: CallLog;
  activity: Activity;
  log: Log;
  /** The delays before retries. Lambda waits one minute, then two. The local cloud waits less. */
  retryDelayMs: (retry: number) => number;
  /** How long an accepted event waits for its first attempt. */
  delayMs: (functionId: string) => number;
  /** Faults of events. */
  chaos: Chaos;
}

/** Asynchronous invocations: accepts events, retries failures, and sends permanent failures to a destination. */
export class AsyncInvocations {
  readonly #options: AsyncOptions;
  readonly #waits = new Set<() => void>();
  #stopped = false;

  constructor(options: AsyncOptions) {
    this.#options = options;
  }

  /** Resolves with the outcome of the last attempt. */
  accept(fn: LambdaFunction, event: string, trigger: string, retries = fn.async.retries): Promise<Outcome> {
    const fault = this.#options.chaos.event();
    if (fault === 'expired') {
      const outcome = expired();
      this.#giveUp(fn, event, outcome, 0);
      return Promise.resolve(outcome);
    }
    if (fault === 'repeated') void this.#attempt(fn, event, trigger, retries);
    return this.#attempt(fn, event, trigger, retries);
  }

  #attempt(fn: LambdaFunction, event: string, trigger: string, retries: number): Promise<Outcome> {
    const { lambda, activity, retryDelayMs, delayMs } = this.#options;
    return activity.track(async () => {
      const delay = delayMs(fn.id);
      if (delay > 0) await this.#wait(delay);
      let outcome = await lambda.run(fn, event, trigger);
      let attempts = 1;
      while (!outcome.ok && attempts <= retries && !this.#stopped) {
        await this.#wait(retryDelayMs(attempts));
        if (this.#stopped) return outcome;
        // As on AWS, a retry has the request id of the first attempt.
        outcome = await lambda.run(fn, event, `${trigger} (retry ${attempts})`, outcome.requestId);
        attempts++;
      }
      if (!outcome.ok && !this.#stopped) this.#giveUp(fn, event, outcome, attempts);
      return outcome;
    });
  }

  stop(): void {
    this.#stopped = true;
    for (const wake of this.#waits) wake();
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waits.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, delayMs);
      this.#waits.add(wake);
    });
  }

  #giveUp(fn: LambdaFunction, event: string, outcome: Outcome & { ok: false }, attempts: number): void {
    const { onFailure, deadLetter } = fn.async;
    if (deadLetter) this.#send(fn, deadLetter, event);
    if (!onFailure) return;
    const record = {
      version: '1.0',
      timestamp: new Date().toISOString(),
      requestContext: {
        requestId: outcome.requestId,
        functionArn: `${fn.arn}:$LATEST`,
        condition: attempts === 0 ? 'EventAgeExceeded' : 'RetriesExhausted',
        approximateInvokeCount: attempts,
      },
      requestPayload: tryParse(event) ?? null,
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: outcome.error,
    };
    this.#send(fn, onFailure, JSON.stringify(record));
  }

  /** Lambda sends the record with the function's role. As on AWS, a missing grant loses the record. */
  #send(fn: LambdaFunction, queueArn: string, body: string): void {
    const { queues, roles, calls, log } = this.#options;
    const role = roles.get(fn.roleArn);
    const allowed = role?.decide('sqs:SendMessage', queueArn) === 'allowed';
    calls.add({
      service: 'sqs',
      action: 'sqs:SendMessage',
      functionId: fn.id,
      resource: queueArn,
      allowed,
      status: allowed ? 200 : 403,
      at: Date.now(),
    });
    if (allowed) {
      queues.send(queueArn, body);
      return;
    }
    const message = `${assumedRole(role?.name ?? '?', fn)} may not send to the queue, so the failed event is lost`;
    log({ kind: 'denied', functionId: fn.id, action: 'sqs:SendMessage', resource: queueArn, message });
  }
}

/** The outcome of an event that Lambda could not run for hours. */
const expired = (): Outcome & { ok: false } => ({
  ok: false,
  requestId: randomUUID(),
  error: { errorType: 'EventAgeExceeded', errorMessage: 'The event expired before an attempt' },
});
