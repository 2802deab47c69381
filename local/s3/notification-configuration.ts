import * as z from 'zod/mini';
import { matchesPattern } from '../iam/patterns.ts';
import { type Model, readProperties } from '../template/model.ts';
import { strict } from '../template/schema.ts';

/** A function that receives events of a bucket. */
export interface NotificationTarget {
  /** The ARN of the function. */
  functionArn: string;
  /** The configuration's id, which every event names. */
  id: string;
  /** @param event such as `ObjectCreated:Put` */
  concerns(event: string, key: string): boolean;
}

const event = z.string().check(
  z.regex(/^s3:(ObjectCreated:(\*|Put|Post|Copy)|ObjectRemoved:(\*|Delete))$/, {
    error: ({ input }) => `the local cloud does not support the event ${String(input)}`,
  }),
);
const rules = z.array(z.object({ Name: z.string(), Value: z.string() }));

/** The schema of `AWS::S3::Bucket`. Only functions are supported as targets. */
export const bucketNotificationsSchema = strict({
  LambdaConfigurations: z.optional(
    z.array(
      z.object({
        Event: event,
        Function: z.string(),
        Filter: z.optional(z.object({ S3Key: z.object({ Rules: rules }) })),
      }),
    ),
  ),
});

/** The schema of the S3 API, which the CDK's custom resource uses. */
const customSchema = z.object({
  BucketName: z.string(),
  NotificationConfiguration: strict({
    LambdaFunctionConfigurations: z.optional(
      z.array(
        z.object({
          Id: z.optional(z.string()),
          Events: z.array(event),
          LambdaFunctionArn: z.string(),
          Filter: z.optional(z.object({ Key: z.object({ FilterRules: rules }) })),
        }),
      ),
    ),
  }),
});

/** The notification targets of a bucket, from its properties and custom resources. */
export function notificationTargets(
  bucket: string,
  own: z.output<typeof bucketNotificationsSchema> | undefined,
  model: Model,
): NotificationTarget[] {
  const declared = own?.LambdaConfigurations ?? [];
  const custom = model
    .ofType('Custom::S3BucketNotifications')
    .map((resource) => readProperties(resource, customSchema))
    .filter(({ BucketName }) => BucketName === bucket)
    .flatMap(({ NotificationConfiguration }) => NotificationConfiguration.LambdaFunctionConfigurations ?? []);
  return [
    ...declared.map(({ Event, Function: arn, Filter }) => target(arn, [Event], Filter?.S3Key.Rules)),
    ...custom.map(({ Id, Events, LambdaFunctionArn, Filter }) => {
      return target(LambdaFunctionArn, Events, Filter?.Key.FilterRules, Id);
    }),
  ];
}

function target(
  functionArn: string,
  events: string[],
  filter: z.output<typeof rules> = [],
  id = 'local',
): NotificationTarget {
  return {
    functionArn,
    id,
    concerns: (happened, key) =>
      events.some((pattern) => matchesPattern(pattern, `s3:${happened}`)) &&
      filter.every(({ Name, Value }) =>
        Name.toLowerCase() === 'prefix' ? key.startsWith(Value) : key.endsWith(Value),
      ),
  };
}
