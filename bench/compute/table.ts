import type { BundleTime } from './imports.ts';
import type { ClientCpu } from './in-turns.ts';
import type { LoginTime } from './logins.ts';
import type { OperationCpu } from './operations.ts';

const line = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const ms = (value: number) => value.toFixed(2);

/** CPU of a call by client. @param call such as `post` */
export const clientTable = (call: string, { sdk, own }: ClientCpu): string =>
  [
    line('client', `CPU of a ${call} in ms`, 'ratio'),
    line('---', '--:', '--:'),
    line('SDK', ms(sdk), '1'),
    line('Macaw', ms(own), ms(own / sdk)),
  ].join('\n');

/** CPU of operations. */
export const operationTable = (operations: readonly OperationCpu[]): string =>
  [
    line('operation', 'CPU in ms'),
    line('---', '--:'),
    ...operations.map(({ name, cpuMs }) => line(name, ms(cpuMs))),
  ].join('\n');

/** Invocations and time of logins. */
export const loginTable = (logins: readonly LoginTime[]): string =>
  [
    line('functions', 'invocations', 'ms from connect to `login`'),
    line('---', '--:', '--:'),
    ...logins.map(({ name, invocations, ms }) => line(name, String(invocations), ms.toFixed(0))),
  ].join('\n');

/** Size and import time of bundles. */
export const bundleTable = (bundles: readonly BundleTime[]): string =>
  [
    line('function', 'bundle in KB', 'import in ms'),
    line('---', '--:', '--:'),
    ...bundles.map(({ name, kilobytes, importMs }) => line(name, String(kilobytes), importMs.toFixed(0))),
  ].join('\n');
