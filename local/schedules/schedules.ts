import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import type { Role } from '../iam/roles.ts';
import type { AsyncInvocations } from '../lambda/async.ts';
import { FunctionFailed } from '../lambda/errors.ts';
import type { LambdaFunction } from '../lambda/functions.ts';
import type { Lambda } from '../lambda/lambda.ts';
import type { Permissions } from '../lambda/permissions.ts';
import type { Log } from '../shared/log.ts';
import { type Model, type Resource, readProperties } from '../template/model.ts';
import { ACCOUNT, REGION } from '../template/names.ts';
import { rateMs } from './rate.ts';

interface Target {
  fn: LambdaFunction;
  /** The constant input from the template, or the default event of the service. */
  input: string | undefined;
  /** Called at each firing. Returns the reason if the invocation is denied. */
  forbidden: () => string | undefined;
}

interface Schedule {
  logicalId: string;
  arn: string;
  source: 'aws.events' | 'aws.scheduler';
  everyMs: number | undefined;
  enabled: boolean;
  targets: Target[];
}

const ruleSchema = z.object({
  ScheduleExpression: z.optional(z.string()),
  EventPattern: z.optional(z.unknown()),
  State: z._default(z.string(), 'ENABLED'),
  Targets: z._default(
    z.array(
      z.object({
        Arn: z.string(),
        Input: z.optional(z.string()),
        InputPath: z.optional(z.string()),
        InputTransformer: z.optional(z.unknown()),
      }),
    ),
    [],
  ),
});

const scheduleSchema = z.object({
  ScheduleExpression: z.string(),
  State: z._default(z.string(), 'ENABLED'),
  Target: z.object({ Arn: z.string(), RoleArn: z.string(), Input: z.optional(z.string()) }),
});

export interface SchedulesOptions {
  model: Model;
  lambda: Lambda;
  async: AsyncInvocations;
  permissions: Permissions;
  roles: Map<string, Role>;
  log: Log;
}

/** EventBridge rules and schedules as timers. The timers do not keep the process alive. */
export class Schedules {
  readonly #options: SchedulesOptions;
  readonly #schedules: Schedule[];
  readonly #timers = new Map<Schedule, NodeJS.Timeout>();

  constructor(options: SchedulesOptions) {
    this.#options = options;
    this.#schedules = [
      ...options.model.ofType('AWS::Events::Rule').map((resource) => this.#rule(resource)),
      ...options.model.ofType('AWS::Scheduler::Schedule').map((resource) => this.#schedule(resource)),
    ];
  }

  start(): void {
    for (const schedule of this.#schedules) {
      if (!schedule.enabled) continue;
      if (schedule.everyMs === undefined) {
        const text = `The schedule ${schedule.logicalId} is a cron expression and runs locally only when you fire it`;
        this.#options.log({ kind: 'notice', text });
        continue;
      }
      this.#repeat(schedule, schedule.everyMs, Date.now() + schedule.everyMs);
    }
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Fires a schedule now. Rejects if the invocation is denied or fails permanently. */
  async fire(logicalIdPrefix: string): Promise<void> {
    const found = this.#schedules.filter(({ logicalId }) => logicalId.startsWith(logicalIdPrefix));
    if (found.length === 0) {
      const known = this.#schedules.map(({ logicalId }) => logicalId).join(', ') || 'none';
      throw new Error(`No schedule is called ${logicalIdPrefix}; there are: ${known}`);
    }
    await Promise.all(found.map((schedule) => this.#fire(schedule, Date.now())));
  }

  /** Fires at fixed times. The event contains the scheduled time, even if the timer is late. */
  #repeat(schedule: Schedule, everyMs: number, at: number): void {
    const fire = (): void => {
      this.#repeat(schedule, everyMs, at + everyMs);
      this.#fire(schedule, at).catch((error) => this.#options.log({ kind: 'notice', text: String(error) }));
    };
    this.#timers.set(schedule, setTimeout(fire, at - Date.now()).unref());
  }

  async #fire(schedule: Schedule, at: number): Promise<void> {
    const event = JSON.stringify({
      version: '0',
      id: randomUUID(),
      'detail-type': 'Scheduled Event',
      source: schedule.source,
      account: ACCOUNT,
      time: `${new Date(at).toISOString().slice(0, 19)}Z`,
      region: REGION,
      resources: [schedule.arn],
      detail: schedule.source === 'aws.events' ? {} : '{}',
    });
    await Promise.all(
      schedule.targets.map(async ({ fn, input, forbidden }) => {
        const message = forbidden();
        if (message) {
          const resource = schedule.arn;
          this.#options.log({ kind: 'denied', functionId: fn.id, action: 'lambda:InvokeFunction', resource, message });
          throw new Error(message);
        }
        const outcome = await this.#options.async.accept(fn, input ?? event, `schedule ${schedule.logicalId}`);
        if (!outcome.ok) throw new FunctionFailed(fn.id, outcome.error);
      }),
    );
  }

  #rule(resource: Resource): Schedule {
    const rule = readProperties(resource, ruleSchema);
    const arn = String(resource.identity().attributes.Arn);
    if (rule.EventPattern !== undefined || rule.ScheduleExpression === undefined) {
      throw new Error(`${resource.where}: the local cloud runs scheduled rules only, no event patterns`);
    }
    return {
      logicalId: resource.logicalId,
      arn,
      source: 'aws.events',
      everyMs: rateMs(rule.ScheduleExpression, resource.where),
      enabled: rule.State !== 'DISABLED',
      targets: rule.Targets.map((target) => {
        if (target.InputPath !== undefined || target.InputTransformer !== undefined) {
          throw new Error(`${resource.where}: the local cloud implements constant target input only`);
        }
        const fn = this.#target(resource, target.Arn);
        const allowed = () => this.#options.permissions.allows('events.amazonaws.com', fn, arn);
        return {
          fn,
          input: target.Input,
          forbidden: () =>
            allowed() ? undefined : `No AWS::Lambda::Permission lets ${resource.logicalId} invoke ${fn.id}`,
        };
      }),
    };
  }

  #schedule(resource: Resource): Schedule {
    const { ScheduleExpression, State, Target } = readProperties(resource, scheduleSchema);
    const fn = this.#target(resource, Target.Arn);
    const allowed = () =>
      this.#options.roles.get(Target.RoleArn)?.decide('lambda:InvokeFunction', fn.arn) === 'allowed';
    return {
      logicalId: resource.logicalId,
      arn: String(resource.identity().attributes.Arn),
      source: 'aws.scheduler',
      everyMs: rateMs(ScheduleExpression, resource.where),
      enabled: State !== 'DISABLED',
      targets: [
        {
          fn,
          input: Target.Input,
          forbidden: () => (allowed() ? undefined : `The role of ${resource.logicalId} may not invoke ${fn.id}`),
        },
      ],
    };
  }

  #target(resource: Resource, arn: string): LambdaFunction {
    const fn = this.#options.lambda.find(arn);
    if (!fn) throw new Error(`${resource.where}: the local cloud implements functions as targets only, not ${arn}`);
    return fn;
  }
}
