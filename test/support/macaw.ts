import { dirname } from 'node:path';
import { afterAll, beforeAll, inject } from 'vitest';
import { type Cloud, type CloudOptions, startCloud } from '../../local/cloud.ts';
import { DEMO } from '../../scripts/demo.ts';
import { FAST_HASHES } from './demo-app.ts';
import { type SharedCloud, shareCloud } from './shared-cloud.ts';

export * from './demo-app.ts';

export interface SystemOptions extends Partial<CloudOptions> {
  /**
   * A separate cloud for the file, stopped after its last test. Required by tests that inspect the whole state of a
   * cloud.
   * @default true with limits or a port, else the cloud that the files of the worker share
   */
  own?: boolean;
}

/** The whole system on a local cloud, from the synthesized templates. */
export function macaw({ own, ...options }: SystemOptions = {}): { readonly cloud: Cloud; readonly origin: string } {
  const { log, retryDelayMs, invocationDelayMs, parameters, ...others } = options;
  const mine = own ?? Object.keys(others).length > 0;
  let cloud: Cloud | undefined;
  let shared: SharedCloud | undefined;
  beforeAll(async () => {
    if (mine) {
      const assembly = inject('assembly');
      cloud = await startCloud({
        ...{ assembly, temporaryDir: dirname(assembly), environment: FAST_HASHES, allowedOrigins: ['*'] },
        ...DEMO,
        ...options,
      });
    } else {
      shared = await shareCloud({ log, retryDelayMs, invocationDelayMs }, parameters);
      cloud = shared.cloud;
    }
  });
  afterAll(async () => {
    await (shared ? shared.leave() : cloud?.stop());
    cloud = undefined;
  });
  const running = () => {
    if (!cloud) throw new Error('The local cloud runs only during tests');
    return cloud;
  };
  return {
    get cloud() {
      return running();
    },
    get origin() {
      return running().origin;
    },
  };
}
