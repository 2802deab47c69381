import * as z from 'zod/mini';
import type { Reply } from '../shared/http.ts';
import { tryParse } from '../shared/json.ts';
import type { Service } from './gate.ts';

/** An error of a service with the JSON protocol. */
export class ServiceError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** One operation: its input schema, its IAM resource or resources, and its implementation. */
export interface JsonOperation {
  readonly resource: string | readonly string[];
  run(): object;
}

/** Parses the input of an operation. @throws ServiceError if it is invalid */
export type ReadOperation = (input: unknown) => JsonOperation;

/** @throws ServiceError of the service's type for invalid parameters */
export function operation<S extends z.ZodMiniType>(
  schema: S,
  invalid: string,
  make: (input: z.output<S>) => JsonOperation,
): ReadOperation {
  return (input) => {
    const { success, data, error } = z.safeParse(schema, input);
    if (success) return make(data);
    throw new ServiceError(invalid, z.prettifyError(error));
  };
}

/**
 * A service with the AWS JSON protocol: the header X-Amz-Target names the operation, and the body is JSON.
 * @param prefix the prefix of its IAM actions
 * Source: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export function jsonApi(prefix: string, operations: Readonly<Record<string, ReadOperation>>): Service {
  return async ({ headers, body }, authorize) => {
    const name = String(headers['x-amz-target'] ?? '').replace(/^.*\./, '');
    let resource = '';
    try {
      const read = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (!read) throw new ServiceError('UnknownOperationException', `The local cloud does not implement ${name}`);
      const { run, ...named } = read(tryParse(body.toString('utf8')));
      const resources = [named.resource].flat();
      resource = resources.join(' ');
      for (const one of resources) {
        const denial = authorize(`${prefix}:${name}`, one);
        if (!denial) continue;
        const error = new ServiceError('AccessDeniedException', denial.message);
        return { operation: name, resource, allowed: false, reply: failure(error) };
      }
      return { operation: name, resource, allowed: true, reply: reply(200, run()) };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return { operation: name, resource, allowed: true, reply: failure(error) };
    }
  };
}

function reply(status: number, content: object): Reply {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(content) };
}

const failure = ({ type, message }: ServiceError): Reply => reply(400, { __type: type, message });
