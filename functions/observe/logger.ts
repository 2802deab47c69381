import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';

/** Logs only these fields of an error. SDK errors also contain items and requests, which must not reach the log. */
class Formatter extends LogFormatter {
  override formatAttributes(given: UnformattedAttributes, ids: LogAttributes): LogItem {
    const { logLevel, timestamp, message, serviceName, lambdaContext, xRayTraceId } = given;
    const attributes = {
      level: logLevel,
      timestamp: this.formatTimestamp(timestamp),
      message,
      service: serviceName,
      function_name: lambdaContext?.functionName,
      function_request_id: lambdaContext?.awsRequestId,
      cold_start: lambdaContext?.coldStart,
      xray_trace_id: xRayTraceId,
    };
    return new LogItem({ attributes }).addAttributes(ids);
  }

  override formatError({ name, message, stack, cause }: Error): LogAttributes {
    return { name, message, stack, cause: cause instanceof Error ? this.formatError(cause) : undefined };
  }
}

/**
 * Writes one JSON object per line, with the ids of the current invocation. Log only ids and errors. Message content,
 * keys, tokens, passwords and phone numbers must not reach the log.
 */
export const logger = new Logger({ logFormatter: new Formatter() });
