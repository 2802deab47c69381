import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Role } from '../iam/roles.ts';
import type { LambdaFunction } from '../lambda/functions.ts';
import type { AwsService, CallLog } from '../shared/calls.ts';
import { close, listen, type Reply, readBody, send, splitUrl } from '../shared/http.ts';
import type { Log } from '../shared/log.ts';
import { queryFailure } from '../shared/query-protocol.ts';
import { type Authorize, authorizer, type Caller, OPERATOR } from './authorize.ts';

/** A function's call of an AWS API, with the body read. */
export interface AwsRequest {
  method: string;
  /** As it came, still percent-encoded. */
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

/** Serves what no AWS call is, such as the URL that custom resources answer to. True when it took the request. */
export type Aside = (path: string, method: string, body: Buffer) => Reply | undefined;

export interface GateOptions {
  services: Partial<Record<AwsService, Service>>;
  functions: () => LambdaFunction[];
  roles: Map<string, Role>;
  calls: CallLog;
  log: Log;
  aside: Aside;
}

/**
 * The one door to AWS: every SDK client of every function ends here. It tells from the signature who calls and which
 * service is meant, lets the service ask the caller's policies, and writes down what happened.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #server: Server;
  readonly #throttled = new Map<string, number>();
  readonly #silent = new Map<string, number>();
  /** The open connections, with the function and service of their last call. */
  readonly #open = new Map<Socket, string>();
  /** Connections that are reset as soon as they are used. */
  readonly #stale = new WeakSet<Socket>();
  url = '';

  constructor(options: GateOptions) {
    this.#options = options;
    this.#server = createServer(async (request, response) => {
      const purpose = purposeOf(request.headers.authorization);
      if (this.#stale.has(request.socket)) return this.#reset(purpose);
      this.#open.set(request.socket, purpose);
      try {
        const { method = 'GET', url: path = '/', headers } = request;
        const body = await readBody(request);
        const reply = options.aside(path, method, body);
        send(response, reply ?? (await this.#answer({ method, path, headers, body }, options.functions())));
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
   * Closes every connection, but so that functions find that out only when they use one: as if they had been frozen while
   * AWS closed it.
   */
  freeze(): void {
    for (const socket of this.#open.keys()) this.#stale.add(socket);
  }

  /** Closes what one function has left open to one service: it finds out about one, and then about all of them. */
  #reset(purpose: string): void {
    for (const [socket, last] of this.#open) if (last === purpose && this.#stale.has(socket)) socket.resetAndDestroy();
  }

  /** Throttles the next so many calls of a service. */
  throttle(service: keyof typeof THROTTLED, calls: number): void {
    this.#throttled.set(service, calls);
  }

  /** Never answers the next so many calls of a service. */
  hang(service: AwsService, calls: number): void {
    this.#silent.set(service, calls);
  }

  /** Whether a call is one that is never answered. */
  #hangs(service: string): boolean {
    const left = this.#silent.get(service) ?? 0;
    this.#silent.set(service, Math.max(0, left - 1));
    return left > 0;
  }

  /** The answer to a call that is throttled. */
  #refusal(service: string): Reply | undefined {
    const left = this.#throttled.get(service) ?? 0;
    if (left === 0) return undefined;
    this.#throttled.set(service, left - 1);
    return THROTTLED[service];
  }

  /** Answers the operator, who comes by another door; a function's credentials are not accepted there. */
  answerOperator(request: Omit<AwsRequest, 'caller'>): Promise<Reply> {
    return this.#answer(request, [OPERATOR]);
  }

  async #answer(request: Omit<AwsRequest, 'caller'>, callers: readonly Caller[]): Promise<Reply> {
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
    const { roles, log } = this.#options;
    const authorize = 'roleArn' in caller ? authorizer(caller, roles, log) : () => undefined;
    const answer = await entry[1]({ ...request, caller }, authorize);
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

/** The function that signed a request, and the service that it is for. */
function purposeOf(header: string | undefined): string {
  const signature = readSignature(header);
  return signature ? `${signature.accessKeyId} ${signature.service}` : '';
}

/** Whether the service that is meant speaks AWS's Query protocol, and so expects failures as XML. */
const speaksQuery = ({ headers }: Omit<AwsRequest, 'caller'>): boolean =>
  String(headers['content-type']).startsWith('application/x-www-form-urlencoded');

/** What such services call some failures. */
const QUERY_CODES: Readonly<Record<string, string>> = { UnrecognizedClientException: 'InvalidClientTokenId' };

function fault(status: number, type: string, message: string): Reply {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': type },
    body: JSON.stringify({ __type: type, message }),
  };
}

/** How services say that there are too many calls. */
const THROTTLED: Record<string, Reply> = {
  dynamodb: fault(
    400,
    'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
    'The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded',
  ),
  'execute-api': fault(429, 'LimitExceededException', 'Too many requests'),
};
