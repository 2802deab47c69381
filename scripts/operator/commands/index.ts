import type { Command } from '../command.ts';
import { appsCreate, appsKeys, appsList, appsSettings } from './apps.ts';
import { failuresDrop, failuresList, failuresRedrive } from './failures.ts';
import { pushList, pushUpload } from './push.ts';
import { appsRotateKey } from './rotate-key.ts';

/** All commands, in the order in which the help lists them. */
export const COMMANDS: readonly Command[] = [
  appsCreate,
  appsList,
  appsSettings,
  appsKeys,
  appsRotateKey,
  pushList,
  pushUpload,
  failuresList,
  failuresRedrive,
  failuresDrop,
];
