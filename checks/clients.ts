import type { Client } from './client.ts';
import { GO_CLIENTS } from './go.ts';
import { JAVA_CLIENTS } from './java.ts';
import { JAVASCRIPT_CLIENTS } from './javascript.ts';
import { PYTHON_CLIENTS } from './python.ts';

/** All stock clients, except the SDK of MaxIM, whose program differs. */
export const CLIENTS: readonly Client[] = [...JAVASCRIPT_CLIENTS, ...PYTHON_CLIENTS, ...JAVA_CLIENTS, ...GO_CLIENTS];
