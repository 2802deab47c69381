import { Answer } from '../functions/operator/commands.ts';
import type { Cloud } from '../local/cloud.ts';
import { app } from '../test/support/demo-app.ts';

/** Practically no rate limits. */
const FAST = { messagesPerMinute: 1_000_000, messagesPerMinuteOfConnection: 1_000_000 };

/**
 * Lifts the rate limits of the demo application, as an operator does. Functions that have the application in their
 * memory still use the former limits.
 */
export async function liftRateLimits(cloud: Cloud): Promise<void> {
  const command = { command: 'settings', app: app.id, set: FAST, reset: [] };
  const answer = Answer.parse(await cloud.invoke('ApplicationsOperator', command));
  if ('refused' in answer) throw new Error(answer.refused);
}
