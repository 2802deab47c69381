import type { IncomingMessage } from 'node:http';
import { forwardedFor, splitUrl } from '../../shared/http.ts';
import { ACCOUNT, REGION, URL_SUFFIX } from '../../template/names.ts';
import { gatewayId, requestTime } from '../ids.ts';
import type { Api } from '../template.ts';
import { decode, type RouteMatch } from './routes.ts';

/** The event of an HTTP API request in payload format 2.0. */
export function httpEvent(api: Api, request: IncomingMessage, body: Buffer, match: RouteMatch): object {
  const now = Date.now();
  const [rawPath, rawQueryString] = splitUrl(request.url);
  const query = joined(new URLSearchParams(rawQueryString));
  const cookies = (request.headers.cookie ?? '').split(/;\s*/).filter((cookie) => cookie !== '');
  const text = isText(request);
  const domainName = `${api.id}.execute-api.${REGION}.${URL_SUFFIX}`;
  // HTTP APIs decode the path, unlike REST APIs and function URLs.
  const path = decode(rawPath);
  return {
    version: '2.0',
    routeKey: match.route.key,
    rawPath: path,
    rawQueryString,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers: headersOf(request, domainName, body),
    ...(Object.keys(query).length > 0 ? { queryStringParameters: query } : {}),
    requestContext: {
      accountId: ACCOUNT,
      apiId: api.id,
      domainName,
      domainPrefix: api.id,
      http: {
        method: request.method ?? 'GET',
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: gatewayId(),
      routeKey: match.route.key,
      stage: api.stage,
      time: requestTime(now),
      timeEpoch: now,
    },
    ...(body.length > 0 ? { body: body.toString(text ? 'utf8' : 'base64') } : {}),
    ...(Object.keys(match.pathParameters).length > 0 ? { pathParameters: match.pathParameters } : {}),
    isBase64Encoded: body.length > 0 && !text,
  };
}

function headersOf(request: IncomingMessage, domainName: string, body: Buffer): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    if (values && name !== 'cookie' && name !== 'connection' && name !== 'transfer-encoding')
      headers[name] = values.join(',');
  }
  return {
    ...headers,
    'content-length': String(body.length),
    host: domainName,
    'x-amzn-trace-id': `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${ACCOUNT}${ACCOUNT}`,
    'x-forwarded-for': forwardedFor(request),
    'x-forwarded-port': String(request.socket.localPort),
    'x-forwarded-proto': 'http',
  };
}

/** Bodies with a non-text content type are base64-encoded. Form posts are, too. */
function isText(request: IncomingMessage): boolean {
  if (request.headers['content-encoding']) return false;
  const type = request.headers['content-type'];
  return !type || /^(text\/|application\/(json|javascript|xml|[\w.-]+\+(json|xml))\b)/i.test(type);
}

function joined(parameters: URLSearchParams): Record<string, string> {
  // No prototype, because clients choose the names, for example `toString`.
  const result: Record<string, string> = Object.create(null);
  for (const [name, value] of parameters) result[name] = name in result ? `${result[name]},${value}` : value;
  return result;
}
