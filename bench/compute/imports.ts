import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ENV, RETENTION_DAYS } from '../../functions/shared/constants.ts';
import { importTime } from './running-function.ts';

/** Size and import time of a bundle. */
export interface BundleTime {
  /** The file name of the handler, such as `message`. */
  readonly name: string;
  readonly kilobytes: number;
  readonly importMs: number;
}

/** The variables that functions read when they start. */
const environment = {
  ...Object.fromEntries(Object.values(ENV).map((name) => [name, '1'])),
  [ENV.callbackUrl]: 'https://bench.test/prod',
  [ENV.retentionDays]: JSON.stringify(RETENTION_DAYS),
  AWS_REGION: 'us-east-1',
  AWS_LAMBDA_FUNCTION_NAME: 'bench',
};

/** Imports each bundle in new processes. */
export async function measureImports(bundles: string, runs: number): Promise<BundleTime[]> {
  const times = new Map<string, number>();
  const names = readdirSync(bundles).sort();
  // In turns, so that a short disturbance does not affect all runs of a bundle.
  for (let run = 0; run < runs; run++) {
    for (const name of names) {
      const time = await importTime({ bundles, name, environment });
      times.set(name, Math.min(time, times.get(name) ?? time));
    }
  }
  return names.map((name) => ({
    name,
    kilobytes: Math.ceil(statSync(join(bundles, name, 'index.cjs')).size / 1024),
    importMs: times.get(name) ?? Number.NaN,
  }));
}
