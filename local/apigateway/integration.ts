import type { LambdaFunction } from '../lambda/functions.ts';
import type { Lambda } from '../lambda/lambda.ts';
import type { Permissions } from '../lambda/permissions.ts';
import type { Activity } from '../shared/activity.ts';
import { type Json, tryParse } from '../shared/json.ts';
import type { Log } from '../shared/log.ts';

const PRINCIPAL = 'apigateway.amazonaws.com';

/** The integration timeout is 29 seconds for WebSocket APIs and 30 for HTTP APIs. */
export const WEBSOCKET_TIMEOUT_MS = 29_000;
export const HTTP_TIMEOUT_MS = 30_000;

export type IntegrationResult =
  | { ok: true; value: Json }
  | { ok: false; reason: 'forbidden' | 'timeout' }
  | { ok: false; reason: 'function'; errorMessage: string };

export interface IntegratorOptions {
  lambda: Lambda;
  permissions: Permissions;
  activity: Activity;
  log: Log;
  delayMs: (functionId: string) => number;
}

/** Invokes functions for API Gateway. Checks the Lambda permission and applies the integration timeout. */
export class Integrator {
  readonly #options: IntegratorOptions;

  constructor(options: IntegratorOptions) {
    this.#options = options;
  }

  invoke(
    fn: LambdaFunction,
    event: object,
    trigger: string,
    sourceArn: string,
    timeoutMs: number,
  ): Promise<IntegrationResult> {
    return this.#options.activity.track(async () => {
      const { lambda, permissions, log, delayMs } = this.#options;
      if (!permissions.allows(PRINCIPAL, fn, sourceArn)) {
        const message = `No AWS::Lambda::Permission lets ${PRINCIPAL} invoke ${fn.id} for ${sourceArn}`;
        log({ kind: 'denied', functionId: fn.id, action: 'lambda:InvokeFunction', resource: sourceArn, message });
        return { ok: false, reason: 'forbidden' };
      }
      // The event is created before an injected delay, so that its arrival time is correct.
      const payload = JSON.stringify(event);
      const delay = delayMs(fn.id);
      if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<'late'>((resolve) => {
        timer = setTimeout(() => resolve('late'), timeoutMs);
      });
      const outcome = await Promise.race([lambda.run(fn, payload, trigger), late]);
      clearTimeout(timer);
      if (outcome === 'late') return { ok: false, reason: 'timeout' };
      if (!outcome.ok) return { ok: false, reason: 'function', errorMessage: outcome.error.errorMessage };
      return { ok: true, value: tryParse(outcome.payload) ?? null };
    });
  }
}
