import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Call, Chaos } from '../chaos.ts';
import type { Role } from '../iam/roles.ts';
import type { LambdaFunction } from '../lambda/functions.ts';
import type { AwsService, CallLog } from '../shared/calls.ts';
import { close, listen, type Reply, readBody, send, splitUrl } from '../shared/http.ts';
import type { Log } from '../shared/log.ts';
import { queryFailure } from '../shared/query-protocol.ts';
import { type Authorize, authorizer, type Caller, OPERATOR } from './authorize.ts';

/** An AWS API call of a function, with its body. */
export interface AwsRequest {
  method: string;
  /** As received, still percent-encoded. */
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  caller: Caller;
}

export interface Answer {
  reply: Reply;
  /** The API operation without its service, such as `PutItem`. */
  operation: string;
  resource: string;
  allowed: boolean;
  readUnits?: number;
  writeUnits?: number;
}

export type Service = (request: AwsRequest, authorize: Authorize) => Promise<Answer>;

/** Handles requests that are not AWS calls, such as responses of custom resources. Returns true if it did. */
export type Aside = (path: string, method: string, body: Buffer) => Reply | undefined;

export interface GateOptions {
  services: Partial<Record<AwsService, Service>>;
  functions: () => LambdaFunction[];
  roles: Map<string, Role>;
  calls: CallLog;
  log: Log;
  aside: Aside;
  /** Faults of calls. */
  chaos: Chaos;
}

/**
 * The endpoint of all AWS APIs for functions. It identifies the caller and the service by the signature. The service
 * checks the caller's policies. The gate records each call.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #server: Server;
  readonly #throttled = new Map<string, number>();
  readonly #silent = new Map<string, number>();
  /** The open connections, with the function and service of their last call. */
  readonly #open = new Map<Socket, string>();
  /** Connections that are reset at their next use. */
  readonly #stale = new WeakSet<Socket>();
  url = '';

  constructor(options: GateOptions) {
    this.#options = options;
    this.#server = createServer(async (request, response) => {
      const purpose = purposeOf(request.headers.authorization);
      if (this.#stale.has(request.socket)) return this.#reset(purpose, request.socket);
      this.#open.set(request.socket, purpose);
      try {
        const { method = 'GET', url: path = '/', headers } = request;
        const body = await readBody(request);
        const reply = options.aside(path, method, body);
        const answer = reply ?? (await this.#answer({ method, path, headers, body }, options.functions()));
        if (answer === 'lost') request.socket.destroy();
        else send(response, answer);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        options.log({
          kind: 'notice',
          text: `The gate could not answer ${request.method} ${splitUrl(request.url)[0]}: ${message}`,
        });
        if (!response.headersSent) send(response, fault(500, 'InternalFailure', message));
      }
    });
    this.#server.keepAliveTimeout = 60_000;
    this.#server.on('connection', (socket) => {
      this.#open.set(socket, '');
      socket.on('close', () => this.#open.delete(socket));
    });
  }

  async start(): Promise<void> {
    this.url = `http://127.0.0.1:${await listen(this.#server)}`;
  }

  async stop(): Promise<void> {
    await close(this.#server);
  }

  /**
   * Closes all connections of a function. It detects that only at the next use, as if it had been frozen while AWS closed
   * them.
   * @param accessKeyId the function's. @default all functions
   */
  freeze(accessKeyId = ''): void {
    for (const [socket, purpose] of this.#open) if (purpose.startsWith(accessKeyId)) this.#stale.add(socket);
  }

  /** Resets all stale connections of one function to one service, when it uses one of them. */
  #reset(purpose: string, used: Socket): void {
    used.resetAndDestroy();
    for (const [socket, last] of this.#open) if (last === purpose && this.#stale.has(socket)) socket.resetAndDestroy();
  }

  /** Throttles the next calls of a service. */
  throttle(service: keyof typeof THROTTLED, calls: number): void {
    this.#throttled.set(service, calls);
  }

  /** Leaves the next calls of a service without a response. */
  hang(service: AwsService, calls: number): void {
    this.#silent.set(service, calls);
  }

  /** Whether this call stays without a response. */
  #hangs(service: string): boolean {
    const left = this.#silent.get(service) ?? 0;
    this.#silent.set(service, Math.max(0, left - 1));
    return left > 0;
  }

  /** The response to a throttled call. */
  #refusal(service: string): Reply | undefined {
    const left = this.#throttled.get(service) ?? 0;
    if (left === 0) return undefined;
    this.#throttled.set(service, left - 1);
    return THROTTLED[service];
  }

  /** Handles calls of the operator, who uses another endpoint. It does not accept credentials of functions. */
  async answerOperator(request: Omit<AwsRequest, 'caller'>): Promise<Reply> {
    const answer = await this.#answer(request, [OPERATOR]);
    return answer === 'lost' ? fault(500, 'InternalFailure', 'The response was lost') : answer;
  }

  async #answer(request: Omit<AwsRequest, 'caller'>, callers: readonly Caller[]): Promise<Reply | 'lost'> {
    const signature = readSignature(request.headers.authorization);
    const refuse = (type: string, message: string) =>
      speaksQuery(request)
        ? queryFailure('', { status: 403, code: QUERY_CODES[type] ?? type, message })
        : fault(403, type, message);
    if (!signature) return refuse('MissingAuthenticationToken', 'Missing Authentication Token');
    const caller = callers.find((one) => one.accessKeyId === signature.accessKeyId);
    if (!caller) {
      return refuse('UnrecognizedClientException', 'The security token included in the request is invalid.');
    }
    const entry = Object.entries(this.#options.services).find(([name]) => name === signature.service);
    if (!entry) {
      const text = `${caller.id} called ${signature.service}, which the local cloud does not emulate`;
      this.#options.log({ kind: 'notice', text });
      return fault(501, 'UnknownOperationException', text);
    }
    if (this.#hangs(signature.service)) return new Promise(() => {});
    const refusal = this.#refusal(signature.service);
    if (refusal) return refusal;
    const service = signature.service as AwsService;
    const make = () => this.#call(service, entry[1], { ...request, caller });
    return this.#options.chaos.call(faultsOf(service, request), make);
  }

  async #call(service: AwsService, run: Service, request: AwsRequest): Promise<Reply> {
    const { caller } = request;
    const { roles, log } = this.#options;
    const authorize = 'roleArn' in caller ? authorizer(caller, roles, log) : () => undefined;
    const answer = await run(request, authorize);
    const { operation, resource, allowed, readUnits, writeUnits, reply } = answer;
    this.#options.calls.add({
      service,
      action: `${service}:${operation}`,
      functionId: caller.id,
      resource,
      allowed,
      status: reply.status,
      at: Date.now(),
      ...(readUnits === undefined ? {} : { readUnits }),
      ...(writeUnits === undefined ? {} : { writeUnits }),
    });
    return { ...reply, headers: { 'x-amzn-requestid': randomUUID(), ...reply.headers } };
  }
}

/** `AWS4-HMAC-SHA256 Credential=ASIA.../20261123/us-east-1/dynamodb/aws4_request, ...` */
function readSignature(header: string | string[] | undefined): { accessKeyId: string; service: string } | undefined {
  const match = /Credential=([^/]+)\/\d+\/[^/]+\/([^/]+)\/aws4_request/.exec(String(header ?? ''));
  return match?.[1] && match[2] ? { accessKeyId: match[1], service: match[2] } : undefined;
}

/** What decides about the faults of a call. */
const faultsOf = (service: AwsService, { method, headers }: Omit<AwsRequest, 'caller'>): Call => ({
  service,
  method,
  operation: String(headers['x-amz-target'] ?? '').replace(/^.*\./, ''),
  attempt: Number(/attempt=(\d+)/.exec(String(headers['amz-sdk-request']))?.[1] ?? 1),
  isAsync: headers['x-amz-invocation-type'] === 'Event',
});

/** The function that signed a request, and its service. */
function purposeOf(header: string | undefined): string {
  const signature = readSignature(header);
  return signature ? `${signature.accessKeyId} ${signature.service}` : '';
}

/** Whether the service uses the AWS Query protocol, which has XML errors. */
const speaksQuery = ({ headers }: Omit<AwsRequest, 'caller'>): boolean =>
  String(headers['content-type']).startsWith('application/x-www-form-urlencoded');

/** The error codes of those services. */
const QUERY_CODES: Readonly<Record<string, string>> = { UnrecognizedClientException: 'InvalidClientTokenId' };

function fault(status: number, type: string, message: string): Reply {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': type },
    body: JSON.stringify({ __type: type, message }),
  };
}

/** The throttling error of each service. */
const THROTTLED: Record<string, Reply> = {
  dynamodb: fault(
    400,
    'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
    'The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded',
  ),
  'execute-api': fault(429, 'LimitExceededException', 'Too many requests'),
};
