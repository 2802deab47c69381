import { afterAll, beforeAll, inject } from 'vitest';
import { type Cloud, type CloudOptions, startCloud } from '../../local/cloud.ts';
import { DEMO } from '../../scripts/demo.ts';

export * from './demo-app.ts';

/** The whole system on a local cloud of its own, from the synthesized templates; stopped after the last test of the file. */
export function macaw(options: Partial<CloudOptions> = {}): { readonly cloud: Cloud; readonly origin: string } {
  let cloud: Cloud | undefined;
  beforeAll(async () => {
    cloud = await startCloud({ assembly: inject('assembly'), ...DEMO, ...options });
  });
  afterAll(async () => {
    await cloud?.stop();
  });
  const running = () => {
    if (!cloud) throw new Error('The local cloud runs only while tests do');
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
