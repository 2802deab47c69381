import type { Answer, AwsRequest, Service } from '../gate/gate.ts';
import type { Reply } from '../shared/http.ts';
import { tryParse } from '../shared/json.ts';
import { arn } from '../template/names.ts';
import type { AsyncInvocations } from './async.ts';
import type { Lambda } from './lambda.ts';

const SYNC_LIMIT = 6 * 1024 * 1024;
/** 1 MB since October 2025, 256 KB before. */
const ASYNC_LIMIT = 1024 * 1024;

/** The Lambda API. It implements Invoke only. */
export function lambdaApi(lambda: Lambda, async: AsyncInvocations): Service {
  return async (request, authorize) => {
    const reference = /^\/2015-03-31\/functions\/([^/?]+)\/invocations/.exec(request.path)?.[1];
    if (request.method !== 'POST' || !reference) {
      return answer(
        request.path,
        rest(501, 'UnknownOperationException', 'The local cloud implements Invoke only'),
        true,
      );
    }
    const name = decodeURIComponent(reference);
    const fn = lambda.find(name);
    const resource = fn?.arn ?? arn('lambda', `function:${name}`);
    const denial = authorize('lambda:InvokeFunction', resource);
    if (denial) return answer(name, rest(403, 'AccessDeniedException', denial.message), false);
    if (!fn) return answer(name, rest(404, 'ResourceNotFoundException', `Function not found: ${resource}`), true);

    const type = header(request, 'x-amz-invocation-type') ?? 'RequestResponse';
    const limit = type === 'Event' ? ASYNC_LIMIT : SYNC_LIMIT;
    const event = request.body.length === 0 ? '{}' : request.body.toString('utf8');
    if (request.body.length > limit) {
      const message = `${request.body.length} byte payload is too large for the ${type} invocation type (limit ${limit} bytes)`;
      return answer(fn.id, rest(413, 'RequestTooLargeException', message), true);
    }
    if (tryParse(event) === undefined) {
      const message = 'Could not parse request body into json: the payload is not JSON';
      return answer(fn.id, rest(400, 'InvalidRequestContentException', message), true);
    }
    if (type === 'DryRun') return answer(fn.id, { status: 204 }, true);
    if (type === 'Event') {
      void async.accept(fn, event, 'async');
      return answer(fn.id, { status: 202 }, true);
    }
    const outcome = await lambda.run(fn, event, 'sync');
    return answer(
      fn.id,
      {
        status: 200,
        headers: {
          'content-type': 'application/json',
          'x-amz-executed-version': '$LATEST',
          ...(outcome.ok ? {} : { 'x-amz-function-error': 'Unhandled' }),
        },
        body: outcome.ok ? outcome.payload : JSON.stringify(outcome.error),
      },
      true,
    );
  };
}

function answer(resource: string, reply: Reply, allowed: boolean): Answer {
  return { operation: 'Invoke', resource, reply, allowed };
}

function rest(status: number, type: string, message: string): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': type },
    body: JSON.stringify({ Message: message, Type: status < 500 ? 'User' : 'Service' }),
  };
}

function header(request: AwsRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
