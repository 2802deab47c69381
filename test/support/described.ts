import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import type { OpenApi } from '../../lib/openapi.ts';
import type { Operation } from '../../lib/openapi-operations.ts';
import { type Answer, rest } from './macaw.ts';

interface Call {
  readonly params?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** Calls a running API and validates the responses against its OpenAPI description. Undescribed fields fail. */
export class Described {
  readonly document: OpenApi;
  /** The ids of the operations that were called. */
  readonly asked = new Set<string>();
  private readonly origin: string;
  private readonly ajv = new Ajv2020({ strict: false, validateSchema: false, allErrors: true });
  private readonly allOperations: (readonly [method: string, path: string, operation: Operation])[];
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(origin: string, document: OpenApi) {
    this.origin = origin;
    this.document = document;
    this.allOperations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [method.toUpperCase(), path, operation] as const),
    );
    this.ajv.addSchema(document, 'open');
    this.ajv.addSchema(closed(document) as object, 'closed');
  }

  /** All described operations, with method and path. */
  operations(): (readonly [method: string, path: string, operation: Operation])[] {
    return this.allOperations;
  }

  /** Makes a call that must succeed as described. Lists must not be empty, because an empty list validates nothing. */
  async ask(method: string, path: string, call: Call = {}): Promise<Answer> {
    const operation = this.document.paths[path]?.[method.toLowerCase()];
    if (!operation) throw new Error(`${method} ${path} is not described`);
    this.asked.add(operation.operationId);
    const at = ['paths', path, method.toLowerCase()];
    this.checkNames(operation, call);
    if (operation.requestBody) {
      this.check('open', [...at, 'requestBody', 'content', 'application/json', 'schema'], call.body);
    }
    const answer = await this.send(method, path, call);
    const [status = ''] = Object.keys(operation.responses);
    expect(answer, `${method} ${path}`).toMatchObject({ status: Number(status) });
    if (answer.status === 204) expect(answer.body).toBeUndefined();
    else this.check('closed', [...at, 'responses', status, 'content', 'application/json', 'schema'], answer.body);
    if (Array.isArray(answer.body)) expect(answer.body, `${method} ${path}`).not.toEqual([]);
    return answer;
  }

  /** Makes a call that must fail as described. */
  async askInVain(method: string, path: string, call: Call = {}): Promise<Answer> {
    const answer = await this.send(method, path, call);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    const failure = path.startsWith('/2.0/') ? 'AccountFailure' : 'Failure';
    this.check('closed', ['components', 'responses', failure, 'content', 'application/json', 'schema'], answer.body);
    return answer;
  }

  /** Why a response contradicts the description; undefined if it does not. Lists may be empty. */
  contradiction(method: string, path: string, { status, body }: Pick<Answer, 'status' | 'body'>): string | undefined {
    const responses = this.document.paths[path]?.[method.toLowerCase()]?.responses ?? {};
    const [described = ''] = Object.keys(responses);
    const failure = path.startsWith('/2.0/') ? 'AccountFailure' : 'Failure';
    if (status < 400 && status !== Number(described)) return `status ${status} is not described`;
    if (status === 204) return body === undefined ? undefined : 'a response with status 204 has a body';
    const at =
      status < 400
        ? ['paths', path, method.toLowerCase(), 'responses', described]
        : ['components', 'responses', failure];
    const errors = this.errors('closed', [...at, 'content', 'application/json', 'schema'], body);
    return errors.length > 0 ? `${JSON.stringify(errors)} in ${JSON.stringify(body)}` : undefined;
  }

  private send(method: string, template: string, { params = {}, query = {}, body, headers }: Call): Promise<Answer> {
    const path = template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(params[name] ?? 'tom'));
    const search = new URLSearchParams(query).toString();
    return rest(this.origin, method, search ? `${path}?${search}` : path, { body, ...(headers && { headers }) });
  }

  private checkNames({ parameters }: Operation, { params = {}, query = {} }: Call): void {
    const anyName = parameters.some((parameter) => parameter.explode === true);
    const named = (place: string) => parameters.filter((parameter) => parameter.in === place).map(({ name }) => name);
    expect(Object.keys(params).sort()).toEqual(named('path').sort());
    if (!anyName) for (const name of Object.keys(query)) expect(named('query')).toContain(name);
  }

  private check(document: 'open' | 'closed', path: readonly string[], value: unknown): void {
    expect(this.errors(document, path, value), `${path.slice(0, 3).join(' ')}: ${JSON.stringify(value)}`).toEqual([]);
  }

  private errors(document: 'open' | 'closed', path: readonly string[], value: unknown): readonly object[] {
    const pointer = path.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
    const $ref = `${document}#/${pointer}`;
    const validate = this.validators.get($ref) ?? this.ajv.compile({ $ref });
    this.validators.set($ref, validate);
    validate(value);
    return validate.errors ?? [];
  }
}

/** Copies schemas so that objects permit no additional fields. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, closed(member)]));
  return 'properties' in copy && copy.type === 'object' ? { additionalProperties: false, ...copy } : copy;
}
