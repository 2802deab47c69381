import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';

/** What is logged of an error: never its other properties, in which the SDK hands over items and requests. */
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
 * Writes lines of JSON, each with the ids of what the invocation is about. Ids and errors only: what people say, their keys,
 * tokens, passwords and phones have no place in a log.
 */
export const logger = new Logger({ logFormatter: new Formatter() });
