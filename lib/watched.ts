import type { HttpApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { MacawFunction } from './macaw-function.ts';

/** The resources that alarms and the dashboard observe. */
export interface Watched {
  /** The prefix in the names of the stage's functions and tables, and the dimension of its metrics. */
  readonly service: string;
  readonly realtime: WebSocketStage;
  /** The HTTP API of the long-polling transport. */
  readonly polling: HttpApi;
  readonly rest: HttpApi;
  readonly heartbeat: MacawFunction;
  /** All functions of the stage. */
  readonly functions: readonly MacawFunction[];
  /** The text messages that the stage sends per day at most. */
  readonly smsPerDay: number;
  /** Receives asynchronous invocations that failed permanently. */
  readonly failureQueue: Queue;
}
