import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import { logger } from './logger.ts';
import { publishMetrics } from './metrics.ts';

/** The origin fields of an event: from the gateway, or from a job that another function enqueued. */
const Origin = z.object({
  correlationId: z.optional(z.string()),
  connectionId: z.optional(z.string()),
  requestContext: z.optional(z.object({ requestId: z.optional(z.string()), connectionId: z.optional(z.string()) })),
});

/** The ids of an invocation, by their names in the log. */
interface Ids {
  readonly correlation_id?: string;
  readonly connection_id?: string;
  readonly app?: string;
  readonly message_id?: string;
  readonly active?: string;
}

/** A Lambda execution environment handles one invocation at a time. */
let current: Ids = {};

/** Adds ids to all later log lines of this invocation. */
export function addLogContext(ids: Ids): void {
  current = { ...current, ...ids };
  logger.appendKeys({ ...ids });
}

/** The id of the original request. Every function that works for the request logs the same id. */
export const correlationId = (): string | undefined => current.correlation_id;

/** How many ms before the Lambda timeout the remaining logs and metrics are written. */
const LAST_MOMENT = 300;

/** Wraps a handler: logs its failures, and writes its metrics when it ends. The result and the errors stay the same. */
export function observed<E, R>(
  handle: (event: E, context: Context) => Promise<R>,
): (event: E, context: Context) => Promise<R> {
  return async (event, context) => {
    current = {};
    logger.resetKeys();
    logger.addContext(context);
    const { data: origin } = Origin.safeParse(event);
    const connection = origin?.requestContext?.connectionId ?? origin?.connectionId;
    addLogContext({
      correlation_id: origin?.correlationId ?? origin?.requestContext?.requestId ?? context.awsRequestId,
      ...(connection !== undefined && { connection_id: connection }),
    });
    const publish = () =>
      publishMetrics({ function_name: context.functionName, function_request_id: context.awsRequestId, ...current });
    const lastMoment = setTimeout(() => {
      logger.error('Lambda timeout imminent');
      publish();
    }, context.getRemainingTimeInMillis() - LAST_MOMENT);
    try {
      return await handle(event, context);
    } catch (error) {
      logger.error('Invocation failed', { error });
      throw error;
    } finally {
      clearTimeout(lastMoment);
      publish();
    }
  };
}
