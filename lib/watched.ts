import type { HttpApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { MacawFunction } from './macaw-function.ts';

/** What alarms and the dashboard look at. */
export interface Watched {
  /** What the stage's functions and tables have in their names, and its metrics as their dimension. */
  readonly service: string;
  readonly realtime: WebSocketStage;
  readonly rest: HttpApi;
  readonly heartbeat: MacawFunction;
  /** Where asynchronous invocations go that failed for good. */
  readonly failureQueue: Queue;
}
