import type { Chaos } from '../chaos.ts';
import type { Answer, Service } from '../gate/gate.ts';
import type { Exchange, Reply } from '../shared/http.ts';
import { isObject, type JsonObject, tryParse } from '../shared/json.ts';
import { accessesOf, tablesOf, UNSUPPORTED } from './authorization.ts';
import { consumedUnits, failedUnits, reportsCapacity, type Units } from './capacity.ts';
import type { EmulatorClient } from './client.ts';
import type { Conflict, Conflicts } from './conflicts.ts';
import type { Streams } from './streams.ts';
import { divide } from './unprocessed.ts';

const SERVICE = 'com.amazonaws.dynamodb.v20120810';

/** The DynamoDB API: checks the caller's policies, forwards the call to the emulator and reads the consumed capacity. */
export function dynamoDbApi(client: EmulatorClient, conflicts: Conflicts, streams: Streams, chaos: Chaos): Service {
  return async (request, authorize) => {
    const operation = String(request.headers['x-amz-target'] ?? '').replace(/^DynamoDB_20120810\./, '');
    const input = tryParse(request.body.toString('utf8'));
    if (!isObject(input))
      return answer(operation, '', error('SerializationException', 'The body is not a JSON object'));
    if (UNSUPPORTED.has(operation)) {
      return answer(
        operation,
        '',
        error('UnknownOperationException', `The local cloud does not implement ${operation}`),
      );
    }

    const accesses = accessesOf(operation, input);
    const resource = tablesOf(accesses);
    for (const { action, resource: arn } of accesses) {
      const denial = authorize(action, arn);
      if (denial) return { ...answer(operation, resource, denied(denial.message)), allowed: false };
    }

    const measured = reportsCapacity(operation);
    const asked = input.ReturnConsumedCapacity === 'TOTAL' || input.ReturnConsumedCapacity === 'INDEXES';
    const divided = divide(operation, input, chaos);
    const processed = { ...(divided?.input ?? input), ...(!asked && { ReturnConsumedCapacity: 'TOTAL' }) };
    const body = measured ? JSON.stringify(processed) : request.body;
    const reply = await conflicts.run(operation, input, () =>
      streams.watch(operation, processed, () => client.call(operation, body)),
    );
    if ('conflict' in reply) return answer(operation, resource, conflicted(reply.conflict));
    if (!measured) return answer(operation, resource, pass(reply, reply.body));
    return measure(operation, resource, reply, { asked, left: divided?.left });
  };
}

/** @param left what the response says was not processed */
function measure(
  operation: string,
  resource: string,
  reply: Exchange,
  { asked, left }: { readonly asked: boolean; readonly left: JsonObject | undefined },
): Answer {
  const output = tryParse(reply.body.toString('utf8'));
  if (!isObject(output)) return answer(operation, resource, pass(reply, reply.body));
  if (reply.status !== 200) {
    return answer(operation, resource, pass(reply, reply.body), failedUnits(operation, String(output.__type)));
  }
  const { ConsumedCapacity, ...rest } = output;
  const content = asked && !left ? reply.body : JSON.stringify({ ...(asked ? output : rest), ...left });
  return answer(operation, resource, pass(reply, content), consumedUnits(operation, ConsumedCapacity));
}

function answer(operation: string, resource: string, reply: Reply, units: Units = {}): Answer {
  return { operation, resource, reply, allowed: true, ...units };
}

function pass(reply: Exchange, body: string | Buffer): Reply {
  return { status: reply.status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body };
}

/** The response to a request that conflicts with a transaction. */
function conflicted(conflict: Conflict): Reply {
  const text = 'Transaction is ongoing for the item';
  const reasons = conflict === 'plain' ? [] : conflict.map((met) => (met ? 'TransactionConflict' : 'None'));
  const content =
    conflict === 'plain'
      ? { __type: `${SERVICE}#TransactionConflictException`, message: text }
      : {
          __type: `${SERVICE}#TransactionCanceledException`,
          Message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.join(', ')}]`,
          CancellationReasons: reasons.map((Code) => (Code === 'None' ? { Code } : { Code, Message: text })),
        };
  return { status: 400, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: JSON.stringify(content) };
}

function denied(message: string): Reply {
  const body = JSON.stringify({ __type: 'com.amazon.coral.service#AccessDeniedException', Message: message });
  return { status: 400, headers: { 'content-type': 'application/x-amz-json-1.0' }, body };
}

function error(type: string, message: string): Reply {
  const body = JSON.stringify({ __type: `com.amazon.coral.service#${type}`, message });
  return { status: 400, headers: { 'content-type': 'application/x-amz-json-1.0' }, body };
}
