import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import { logger } from './logger.ts';
import { publishMetrics } from './metrics.ts';

/** What events say of their origin: those of the gateway, and the jobs that functions hand one another. */
const Origin = z.object({
  correlationId: z.optional(z.string()),
  connectionId: z.optional(z.string()),
  requestContext: z.optional(z.object({ requestId: z.optional(z.string()), connectionId: z.optional(z.string()) })),
});

/** The ids of what an invocation is about, by their names in the log. */
interface Ids {
  readonly correlation_id?: string;
  readonly connection_id?: string;
  readonly app?: string;
  readonly message_id?: string;
}

/** An environment handles one invocation at a time. */
let current: Ids = {};

/** Adds to every line that this invocation still logs what it is about. */
export function addLogContext(ids: Ids): void {
  current = { ...current, ...ids };
  logger.appendKeys({ ...ids });
}

/** Names all that comes of one request: made at the gateway, and handed on to every function that works for it. */
export const correlationId = (): string | undefined => current.correlation_id;

/** How long before Lambda cuts an invocation off, with all that it has not written yet, ms. */
const LAST_MOMENT = 300;

/** A handler whose failures are logged, and whose metrics are written when it ends. It behaves as it does without. */
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
      logger.error('The time is over');
      publish();
    }, context.getRemainingTimeInMillis() - LAST_MOMENT);
    try {
      return await handle(event, context);
    } catch (error) {
      logger.error('The invocation failed', { error });
      throw error;
    } finally {
      clearTimeout(lastMoment);
      publish();
    }
  };
}
