import { dirname } from 'node:path';
import { inject } from 'vitest';
import { type Cloud, type CloudOptions, startCloud } from '../../local/cloud.ts';
import { type Emulator, startEmulator } from '../../local/dynamodb/emulator.ts';
import { DEMO } from '../../scripts/demo.ts';
import { FAST_HASHES } from './demo-app.ts';

/** Options that a test file may set on the shared cloud. They are read on each use. */
export type Hooks = {
  [K in 'log' | 'retryDelayMs' | 'invocationDelayMs' | 'queueDelayMs']?: CloudOptions[K] | undefined;
};

export interface SharedCloud {
  readonly cloud: Cloud;
  /** The database of the cloud. */
  readonly database: URL;
  /** Resets the cloud for the next test file, except for stored data. */
  leave(): Promise<void>;
}

interface Running {
  readonly cloud: Cloud;
  readonly emulator: Emulator;
  hooks: Hooks;
}

/** One cloud per assembly, set of parameters and worker, because a start and its cold starts take seconds. */
const running = new Map<string, Promise<Running>>();

async function start(parameters: Record<string, string>, assembly: string): Promise<Running> {
  const emulator = await startEmulator(undefined);
  const current: { hooks: Hooks } = { hooks: {} };
  const cloud = await startCloud({
    assembly,
    temporaryDir: dirname(assembly),
    ...DEMO,
    environment: FAST_HASHES,
    parameters,
    allowedOrigins: ['*'],
    database: emulator.endpoint,
    log: (entry) => current.hooks.log?.(entry),
    retryDelayMs: (retry) => current.hooks.retryDelayMs?.(retry) ?? retry * 250,
    queueDelayMs: (queueId, delayMs) => current.hooks.queueDelayMs?.(queueId, delayMs) ?? delayMs,
    invocationDelayMs: (functionId) => current.hooks.invocationDelayMs?.(functionId) ?? 0,
  });
  return Object.assign(current, { cloud, emulator });
}

/** The cloud of the worker with this assembly and these parameters. Only one test file uses it at a time. */
export async function shareCloud(
  hooks: Hooks,
  parameters: Record<string, string> = DEMO.parameters,
  assembly = inject('assembly'),
): Promise<SharedCloud> {
  const key = JSON.stringify([assembly, parameters]);
  const started = running.get(key) ?? start(parameters, assembly);
  running.set(key, started);
  const shared = await started;
  const { cloud, emulator } = shared;
  shared.hooks = hooks;
  return {
    cloud,
    database: emulator.endpoint,
    async leave() {
      for (const service of ['dynamodb', 'execute-api'] as const) cloud.throttle(service, 0);
      for (const service of ['dynamodb', 'execute-api', 'lambda'] as const) cloud.hang(service, 0);
      cloud.conflict(0);
      cloud.lose(undefined);
      cloud.leaveItems(false);
      cloud.delayReplication(undefined);
      cloud.outbox.faults.clear();
      for (const id of cloud.connections()) cloud.drop(id);
      await cloud.settled();
      cloud.clearFailureQueues();
      shared.hooks = {};
    },
  };
}
