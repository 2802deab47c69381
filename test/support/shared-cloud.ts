import { dirname } from 'node:path';
import { inject } from 'vitest';
import { type Cloud, type CloudOptions, startCloud } from '../../local/cloud.ts';
import { type Emulator, startEmulator } from '../../local/dynamodb/emulator.ts';
import { DEMO } from '../../scripts/demo.ts';

/** What a test file may set on a cloud that it shares: it is looked up at each use. */
export type Hooks = { [K in 'log' | 'retryDelayMs' | 'invocationDelayMs']?: CloudOptions[K] | undefined };

export interface SharedCloud {
  readonly cloud: Cloud;
  /** Of the database behind it. */
  readonly database: URL;
  /** Leaves it to the next test file as this one found it, but for what is stored. */
  leave(): Promise<void>;
}

interface Running {
  readonly cloud: Cloud;
  readonly emulator: Emulator;
  hooks: Hooks;
}

/** One for each set of parameters, for as long as the worker lives: booting one, and its functions' cold starts, cost seconds. */
const running = new Map<string, Promise<Running>>();

async function start(parameters: Record<string, string>): Promise<Running> {
  const assembly = inject('assembly');
  const emulator = await startEmulator(undefined);
  const current: { hooks: Hooks } = { hooks: {} };
  const cloud = await startCloud({
    assembly,
    temporaryDir: dirname(assembly),
    ...DEMO,
    parameters,
    database: emulator.endpoint,
    log: (entry) => current.hooks.log?.(entry),
    retryDelayMs: (retry) => current.hooks.retryDelayMs?.(retry) ?? retry * 250,
    invocationDelayMs: (functionId) => current.hooks.invocationDelayMs?.(functionId) ?? 0,
  });
  return Object.assign(current, { cloud, emulator });
}

/** The worker's cloud with these parameters; one test file uses it at a time. */
export async function shareCloud(
  hooks: Hooks,
  parameters: Record<string, string> = DEMO.parameters,
): Promise<SharedCloud> {
  const key = JSON.stringify(parameters);
  const started = running.get(key) ?? start(parameters);
  running.set(key, started);
  const one = await started;
  const { cloud, emulator } = one;
  one.hooks = hooks;
  return {
    cloud,
    database: emulator.endpoint,
    async leave() {
      for (const service of ['dynamodb', 'execute-api'] as const) cloud.throttle(service, 0);
      for (const service of ['dynamodb', 'execute-api', 'lambda'] as const) cloud.hang(service, 0);
      cloud.conflict(0);
      cloud.outbox.faults.clear();
      for (const id of cloud.connections()) cloud.drop(id);
      await cloud.settled();
      cloud.clearFailureQueues();
      one.hooks = {};
    },
  };
}
