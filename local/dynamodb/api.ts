import type { Chaos } from '../chaos.ts';
import type { Answer, Service } from '../gate/gate.ts';
import type { Exchange, Reply } from '../shared/http.ts';
import { isObject, type JsonObject, tryParse } from '../shared/json.ts';
import { accessesOf, tablesOf, UNSUPPORTED } from './authorization.ts';
import { consumedUnits, failedUnits, reportsCapacity, type Units } from './capacity.ts';
import type { EmulatorClient } from './client.ts';
import type { Conflict, Conflicts } from './conflicts.ts';
import type { Replication } from './replication.ts';
import type { Streams } from './streams.ts';
import { divide } from './unprocessed.ts';

const SERVICE = 'com.amazonaws.dynamodb.v20120810';

/** What the local cloud adds to the emulator. */
interface Behavior {
  readonly conflicts: Conflicts;
  readonly replication: Replication;
  readonly streams: Streams;
  readonly chaos: Chaos;
}

/** The DynamoDB API: checks the caller's policies, forwards the call to the emulator and reads the consumed capacity. */
export function dynamoDbApi(client: EmulatorClient, { conflicts, replication, streams, chaos }: Behavior): Service {
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
    const seen = (output: JsonObject) => replication.seen(operation, input, output);
    return measure(operation, resource, reply, { asked, seen, left: divided?.left });
  };
}

/**
 * @param seen the part of the output that the request sees; undefined: all
 * @param left what the response says was not processed
 */
function measure(
  operation: string,
  resource: string,
  reply: Exchange,
  {
    asked,
    seen,
    left,
  }: {
    readonly asked: boolean;
    readonly seen: (output: JsonObject) => JsonObject | undefined;
    readonly left: JsonObject | undefined;
  },
): Answer {
  const output = tryParse(reply.body.toString('utf8'));
  if (!isObject(output)) return answer(operation, resource, pass(reply, reply.body));
  if (reply.status !== 200) {
    return answer(operation, resource, pass(reply, reply.body), failedUnits(operation, String(output.__type)));
  }
  const visible = seen(output);
  const { ConsumedCapacity, ...rest } = visible ?? output;
  const isWhole = asked && !left && !visible;
  const content = isWhole ? reply.body : JSON.stringify({ ...(asked ? (visible ?? output) : rest), ...left });
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
