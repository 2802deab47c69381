import { afterAll, afterEach } from 'vitest';
import { closeDevices } from './device.ts';
import { closeRawClients } from './raw.ts';

// Modules are loaded once for all files of a worker, this one for each: hooks that all files need stand here.
afterEach(closeDevices);
afterAll(closeRawClients);
