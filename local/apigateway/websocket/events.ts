import type { IncomingMessage } from 'node:http';
import { forwardedFor, splitUrl } from '../../shared/http.ts';
import { ACCOUNT, arn, REGION, URL_SUFFIX } from '../../template/names.ts';
import { gatewayId, requestTime } from '../ids.ts';
import type { Api } from '../template.ts';

/** The authorizer's context as strings, and its latency. Every event of the connection contains it. */
export type AuthorizerContext = Record<string, string | number>;

/** The properties that every event of a connection contains. */
export interface ConnectionFacts {
  api: Api;
  connectionId: string;
  connectedAt: number;
  sourceIp: string;
  userAgent: string | undefined;
  authorizer: AuthorizerContext | undefined;
}

export interface MultiValues {
  single: Record<string, string>;
  multi: Record<string, string[]>;
}

export function domainName(api: Api): string {
  return `${api.id}.execute-api.${REGION}.${URL_SUFFIX}`;
}

export function routeArn(api: Api, routeKey: string): string {
  return arn('execute-api', `${api.id}/${api.stage}/${routeKey}`);
}

export function authorizerArn(api: Api, authorizerId: string): string {
  return arn('execute-api', `${api.id}/authorizers/${authorizerId}`);
}

type EventType = 'CONNECT' | 'MESSAGE' | 'DISCONNECT';

function requestContext(facts: ConnectionFacts, eventType: EventType, routeKey: string, now: number): object {
  const requestId = gatewayId();
  return {
    routeKey,
    ...(facts.authorizer ? { authorizer: { ...facts.authorizer } } : {}),
    eventType,
    extendedRequestId: requestId,
    requestTime: requestTime(now),
    messageDirection: 'IN',
    stage: facts.api.stage,
    connectedAt: facts.connectedAt,
    requestTimeEpoch: now,
    identity: { ...(facts.userAgent ? { userAgent: facts.userAgent } : {}), sourceIp: facts.sourceIp },
    requestId,
    domainName: domainName(facts.api),
    connectionId: facts.connectionId,
    apiId: facts.api.id,
  };
}

export function authorizerEvent(facts: ConnectionFacts, headers: MultiValues, query: MultiValues): object {
  return {
    type: 'REQUEST',
    methodArn: routeArn(facts.api, '$connect'),
    headers: headers.single,
    multiValueHeaders: headers.multi,
    queryStringParameters: query.single,
    multiValueQueryStringParameters: query.multi,
    stageVariables: {},
    requestContext: requestContext(facts, 'CONNECT', '$connect', Date.now()),
  };
}

export function connectEvent(facts: ConnectionFacts, headers: MultiValues, query: MultiValues): object {
  const queried = Object.keys(query.single).length > 0;
  return {
    headers: headers.single,
    multiValueHeaders: headers.multi,
    ...(queried ? { queryStringParameters: query.single, multiValueQueryStringParameters: query.multi } : {}),
    requestContext: requestContext(facts, 'CONNECT', '$connect', Date.now()),
    isBase64Encoded: false,
  };
}

export function messageEvent(facts: ConnectionFacts, routeKey: string, body: string, arrivedAt: number): object {
  const context = requestContext(facts, 'MESSAGE', routeKey, arrivedAt);
  return { requestContext: { ...context, messageId: gatewayId() }, body, isBase64Encoded: false };
}

export function disconnectEvent(facts: ConnectionFacts, statusCode: number, reason: string): object {
  const headers = { Host: domainName(facts.api), 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' };
  const context = requestContext(facts, 'DISCONNECT', '$disconnect', Date.now());
  return {
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    requestContext: { ...context, disconnectStatusCode: statusCode, disconnectReason: reason },
    isBase64Encoded: false,
  };
}

/** The headers of the upgrade request in the client's spelling, and those that API Gateway adds. */
export function headersOf(request: IncomingMessage, api: Api): MultiValues {
  const values = noValues();
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i] ?? '';
    if (!/^(host|x-forwarded-for)$/i.test(name)) add(values, name, request.rawHeaders[i + 1] ?? '');
  }
  add(values, 'Host', domainName(api));
  add(values, 'X-Amzn-Trace-Id', `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${ACCOUNT}${ACCOUNT}`);
  add(values, 'X-Forwarded-For', forwardedFor(request));
  add(values, 'X-Forwarded-Port', '443');
  add(values, 'X-Forwarded-Proto', 'https');
  return values;
}

export function queryOf(request: IncomingMessage): MultiValues {
  const values = noValues();
  for (const [name, value] of new URLSearchParams(splitUrl(request.url)[1])) add(values, name, value);
  return values;
}

/** No prototypes, because clients choose the names, for example `toString`. */
const noValues = (): MultiValues => ({ single: Object.create(null), multi: Object.create(null) });

function add(values: MultiValues, name: string, value: string): void {
  values.single[name] = value;
  values.multi[name] = [...(values.multi[name] ?? []), value];
}
