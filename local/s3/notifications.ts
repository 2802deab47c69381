import type { AsyncInvocations } from '../lambda/async.ts';
import type { LambdaFunction } from '../lambda/functions.ts';
import type { Lambda } from '../lambda/lambda.ts';
import type { Permissions } from '../lambda/permissions.ts';
import { ACCOUNT, REGION } from '../template/names.ts';
import type { Bucket } from './buckets.ts';

/** An event of an object. */
export interface ObjectEvent {
  /** Such as `ObjectCreated:Put`. */
  name: string;
  bucket: Bucket;
  key: string;
  /** Present for created objects. */
  size?: number;
  eTag?: string;
  requestId: string;
  sourceIp: string;
  /** Such as `AWS:AROA…:function-name`. */
  principalId: string;
}

const PRINCIPAL = 's3.amazonaws.com';

export interface NotificationsOptions {
  lambda: Lambda;
  async: AsyncInvocations;
  permissions: Permissions;
}

/** Sends object events to functions in the S3 event format, by asynchronous invocation. */
export class Notifications {
  readonly #options: NotificationsOptions;
  #sent = 0;

  /** @throws if a bucket lacks the permission to invoke a target; S3 rejects such a configuration */
  constructor(buckets: Iterable<Bucket>, options: NotificationsOptions) {
    this.#options = options;
    for (const bucket of buckets) for (const { functionArn } of bucket.notifications) this.#target(bucket, functionArn);
  }

  send(event: ObjectEvent): void {
    for (const { concerns, functionArn, id } of event.bucket.notifications) {
      if (!concerns(event.name, event.key)) continue;
      const payload = JSON.stringify({ Records: [this.#record(event, id)] });
      void this.#options.async.accept(this.#target(event.bucket, functionArn), payload, `s3 ${event.name}`);
    }
  }

  #target(bucket: Bucket, functionArn: string): LambdaFunction {
    const { lambda, permissions } = this.#options;
    const fn = lambda.find(functionArn);
    if (!fn) throw new Error(`${bucket.where} notifies ${functionArn}, which is not a function`);
    if (!permissions.allows(PRINCIPAL, fn, bucket.arn)) {
      throw new Error(`${bucket.where} notifies ${fn.id}, but no AWS::Lambda::Permission lets ${PRINCIPAL} invoke it`);
    }
    return fn;
  }

  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
  #record(
    { name, bucket, key, size, eTag, requestId, sourceIp, principalId }: ObjectEvent,
    configurationId: string,
  ): object {
    const sequencer = (Date.now() * 0x1000 + (this.#sent++ % 0x1000)).toString(16).toUpperCase().padStart(18, '0');
    return {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: REGION,
      eventTime: new Date().toISOString(),
      eventName: name,
      userIdentity: { principalId },
      requestParameters: { sourceIPAddress: sourceIp },
      responseElements: { 'x-amz-request-id': requestId, 'x-amz-id-2': 'local' },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId,
        bucket: { name: bucket.name, ownerIdentity: { principalId: ACCOUNT }, arn: bucket.arn },
        object: { key: encodeEventKey(key), size, eTag, sequencer },
      },
    };
  }
}

/** Keys in events are form-encoded, except slashes. */
function encodeEventKey(key: string): string {
  return new URLSearchParams([['', key]]).toString().slice(1).replaceAll('%2F', '/');
}
