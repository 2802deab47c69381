import { expect } from 'vitest';
import type { Cloud } from '../../../local/cloud.ts';
import { app } from '../demo-app.ts';
import { insist } from './user.ts';

const MASTER = { headers: { 'X-ML-MasterKey': app.masterKey } };

/** What happened in all seeds. */
export interface Happened {
  /** Stored messages between friends and in groups. */
  readonly messages: number;
  /** System messages, all without faults. */
  readonly system: number;
  /** Requests for an upload, and those that were answered. */
  readonly uploads: { readonly asked: number; readonly permitted: number };
  /** Functions that were killed. Each takes its counts with it. */
  readonly killed: number;
  /** Calls of SNS that were made and got no response. Their repetitions count once. */
  readonly unanswered: number;
}

/** The statistics equal what happened, except for what killed functions did not count. */
export async function checkStatistics(cloud: Cloud, from: number, happened: Happened): Promise<void> {
  await cloud.fire('StatisticsSchedule');
  const { periods } = Object(await insist(cloud.origin, 'GET', `/statistics?from=${from}`, undefined, MASTER));
  const sum = (pick: (period: Period) => number) =>
    (periods as Period[]).reduce((total, period) => total + pick(period), 0);
  const { messages, system, uploads, killed, unanswered } = happened;
  const counted = sum((period) => period.messages.friend + period.messages.group);
  expectBetween(counted, messages - killed, messages, 'messages');
  expectBetween(
    sum((period) => period.messages.system),
    system,
    system,
    'system messages',
  );
  expectBetween(
    sum((period) => period.uploads),
    uploads.permitted - killed,
    uploads.asked,
    'uploads',
  );
  const pushed = cloud.outbox.messages().length;
  expectBetween(
    sum((period) => period.pushes),
    pushed - unanswered - killed,
    pushed,
    'pushes',
  );
}

interface Period {
  readonly messages: { readonly friend: number; readonly group: number; readonly system: number };
  readonly uploads: number;
  readonly pushes: number;
}

function expectBetween(counted: number, least: number, most: number, what: string): void {
  expect(counted, `${what}: at least`).toBeGreaterThanOrEqual(least);
  expect(counted, `${what}: at most`).toBeLessThanOrEqual(most);
}
