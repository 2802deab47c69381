import { afterAll, afterEach } from 'vitest';
import { closeDevices } from './device.ts';
import { closeRawClients } from './raw.ts';

// A worker loads modules once for all files, but this module once per file. Hooks for all files therefore belong here.
afterEach(closeDevices);
afterAll(closeRawClients);
