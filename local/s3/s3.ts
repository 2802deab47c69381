import type { IncomingMessage } from 'node:http';
import type { Chaos } from '../chaos.ts';
import { type Authorize, authorizer } from '../gate/authorize.ts';
import type { Role } from '../iam/roles.ts';
import type { LambdaFunction } from '../lambda/functions.ts';
import type { CallLog } from '../shared/calls.ts';
import type { Reply } from '../shared/http.ts';
import type { Log } from '../shared/log.ts';
import { checkKey, S3_PREFIX } from './address.ts';
import { authenticate, type Caller } from './authentication.ts';
import type { Bucket } from './buckets.ts';
import { corsHeaders, preflight } from './cors.ts';
import { accessDenied, errorReply, requestId, S3Error } from './errors.ts';
import { authenticateForm, readForm } from './form.ts';
import type { Notifications } from './notifications.ts';
import { type Done, type Operation, operationOf, postOperation } from './operations.ts';
import { readRequest, type S3Request } from './request.ts';
import type { ObjectStore } from './store.ts';

export interface S3Options {
  buckets: Map<string, Bucket>;
  store: ObjectStore;
  notifications: Notifications;
  functions: readonly LambdaFunction[];
  roles: Map<string, Role>;
  calls: CallLog;
  /** Faults of requests. */
  chaos: Chaos;
  log: Log;
  /** The public origin. */
  origin: string;
}

/**
 * The S3 API: authenticates callers, checks identity and bucket policies, forwards to the store and sends
 * notifications. The store itself has no access control.
 */
export class S3 {
  readonly #options: S3Options;

  constructor(options: S3Options) {
    this.#options = options;
  }

  /** Answers a request to `/_s3/bucket/key`. */
  handle(incoming: IncomingMessage): Promise<Reply> {
    const { functions } = this.#options;
    return this.serve(
      () => readRequest(incoming),
      (request) => authenticate(request, functions),
    );
  }

  /** Handles a request with the given function for authentication. */
  async serve(read: () => S3Request | Promise<S3Request>, identify: (request: S3Request) => Caller): Promise<Reply> {
    const id = requestId();
    let request: S3Request | undefined;
    let bucket: Bucket | undefined;
    let reply: Reply;
    try {
      request = await read();
      bucket = this.#options.buckets.get(request.bucket);
      reply = await this.#answer(request, bucket, id, identify);
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      reply = errorReply(error);
    }
    const cors = request && bucket ? corsHeaders(bucket.cors, request) : {};
    const headers = { 'x-amz-request-id': id, ...reply.headers, ...cors };
    return request?.method === 'HEAD' ? { status: reply.status, headers } : { ...reply, headers };
  }

  async #answer(
    request: S3Request,
    bucket: Bucket | undefined,
    id: string,
    identify: (request: S3Request) => Caller,
  ): Promise<Reply> {
    if (!bucket) {
      const details = { BucketName: request.bucket };
      throw new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist', details);
    }
    if (request.method === 'OPTIONS') return preflight(bucket.cors, request.headers);
    if (request.method === 'POST' && request.key === '' && request.search === '') {
      const form = await readForm(request);
      const caller = authenticateForm(bucket.name, form, this.#options.functions);
      return this.#perform(postOperation(form), caller, { ...request, key: form.key }, bucket, id);
    }
    const caller = identify(request);
    return this.#perform(operationOf(request), caller, request, bucket, id);
  }

  async #perform(operation: Operation, caller: Caller, request: S3Request, bucket: Bucket, id: string): Promise<Reply> {
    checkKey(request.key);
    const { buckets, store, calls, chaos, notifications, origin } = this.#options;
    if (chaos.refusesObject()) throw new S3Error(503, 'SlowDown', 'Please reduce your request rate.');
    let status = 500;
    let denied = false;
    try {
      const { reply, happened }: Done = await operation.run({
        request,
        bucket,
        buckets,
        store,
        endpoint: `${origin}${S3_PREFIX}`,
        allow: (action, on, key) => {
          const resource = key === undefined ? on.arn : `${on.arn}/${key}`;
          const denial = this.#authorizer(caller, on)(action, resource, `"${resource}"`);
          if (!denial) return;
          denied = true;
          throw accessDenied(denial.message);
        },
      });
      status = reply.status;
      if (happened) {
        const { sourceIp } = request;
        notifications.send({ ...happened, bucket, requestId: id, sourceIp, principalId: this.#principalId(caller) });
      }
      return reply;
    } catch (error) {
      if (error instanceof S3Error) status = error.status;
      throw error;
    } finally {
      calls.add({
        service: 's3',
        action: `s3:${operation.name}`,
        functionId: nameOf(caller),
        resource: `${bucket.name}/${request.key}`,
        allowed: !denied,
        status,
        at: Date.now(),
      });
    }
  }

  #authorizer(caller: Caller, bucket: Bucket): Authorize {
    const { roles, log } = this.#options;
    if (typeof caller === 'object' && 'roleArn' in caller) {
      return authorizer(caller, roles, log, (role, action, resource) => bucket.decide({ role }, action, resource));
    }
    const source = caller === 'anonymous' ? undefined : caller.sourceArn;
    return (action, resource) => {
      if (bucket.decide(caller, action, resource, source) === 'allowed') return undefined;
      const who = nameOf(caller);
      const message = `The bucket policy does not allow ${who} to perform ${action} on ${resource}`;
      log({ kind: 'denied', functionId: who, action, resource, message });
      return { message: 'Access Denied' };
    };
  }

  /** The principal id in events. */
  #principalId(caller: Caller): string {
    if (typeof caller !== 'object' || !('roleArn' in caller)) return nameOf(caller);
    return `AWS:${this.#options.roles.get(caller.roleArn)?.id}:${caller.name}`;
  }
}

function nameOf(caller: Caller): string {
  if (caller === 'anonymous') return caller;
  return 'service' in caller ? caller.service : caller.id;
}
