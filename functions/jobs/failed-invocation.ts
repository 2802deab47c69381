import * as z from 'zod/mini';

/**
 * The record that Lambda writes for an invocation that failed permanently.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
const Record = z.object({
  timestamp: z.iso.datetime(),
  requestContext: z.object({
    requestId: z.string(),
    functionArn: z.string(),
    condition: z.string(),
    approximateInvokeCount: z.number(),
  }),
  requestPayload: z.unknown(),
  responsePayload: z.nullish(z.object({ errorType: z.optional(z.string()), errorMessage: z.optional(z.string()) })),
});

/** A message in the queue of failed invocations. */
export interface QueuedFailure {
  readonly id: string;
  readonly body: string;
  /** Epoch ms. */
  readonly sent: number;
}

/** An invocation that failed permanently. */
export interface Failure {
  /** The request id. For a message that is not a Lambda record, the message id. */
  readonly id: string;
  /** The time of the last failure, epoch ms. */
  readonly at: number;
  /** The application whose job failed. Undefined for jobs of the whole stage. */
  readonly app: string | undefined;
  /** Undefined for a message that is not a Lambda record; it cannot be retried. */
  readonly invocation:
    | { readonly functionArn: string; readonly payload: unknown; readonly attempts: number }
    | undefined;
  /** Type and message of the error. */
  readonly error: string;
}

/** Maximum characters of an error that is shown. */
const ERROR_LENGTH = 200;

export function readFailure({ id, body, sent }: QueuedFailure): Failure {
  const content = parseJson(body);
  const { success, data } = Record.safeParse(content);
  if (!success) {
    const error = 'This is not a record of a failed invocation';
    return { id, at: sent, app: applicationOf(content), invocation: undefined, error };
  }
  const { requestContext, requestPayload: payload, responsePayload, timestamp } = data;
  const { functionArn, requestId, approximateInvokeCount: attempts, condition } = requestContext;
  const { errorType = condition, errorMessage = '' } = responsePayload ?? {};
  return {
    id: requestId,
    at: Date.parse(timestamp),
    app: applicationOf(payload),
    invocation: { functionArn: functionArn.replace(/:\$LATEST$/, ''), payload, attempts },
    error: clean(errorMessage === '' ? errorType : `${errorType}: ${errorMessage}`),
  };
}

/** The name of the function. */
export const functionOf = ({ invocation }: Failure) => invocation?.functionArn.replace(/^.*:/, '') ?? '?';

/** The application of a job is at its top, or in the user whom it is about. */
const Owned = z.union([z.object({ app: z.string() }), z.object({ user: z.object({ app: z.string() }) })]);

function applicationOf(job: unknown): string | undefined {
  const { data } = Owned.safeParse(job);
  if (!data) return undefined;
  return 'app' in data ? data.app : data.user.app;
}

/** Removes control characters from an external message, so that it is safe for a terminal. */
const clean = (text: string) => text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, ERROR_LENGTH);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
