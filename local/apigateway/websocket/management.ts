import type { Chaos } from '../../chaos.ts';
import type { Answer, Service } from '../../gate/gate.ts';
import { MANAGEMENT_PREFIX } from '../../listener/hosts.ts';
import type { Reply } from '../../shared/http.ts';
import { ACCOUNT, arn } from '../../template/names.ts';
import type { Connection } from './connection.ts';
import type { WebSocketGateway } from './gateway.ts';
import type { PostQuota } from './post-quota.ts';

const PATH = new RegExp(`^${MANAGEMENT_PREFIX}([^/]+)/([^/]+)/(?:@|%40)connections/([^/?]+)$`);

const OPERATIONS: Record<string, string> = {
  POST: 'PostToConnection',
  GET: 'GetConnection',
  DELETE: 'DeleteConnection',
};

/** The management API of the WebSocket APIs, which functions use to post to connections. */
export function managementApi(
  gateways: WebSocketGateway[],
  messageBytes: number,
  quota: PostQuota,
  chaos: Chaos,
): Service {
  return async ({ method, path, body }, authorize) => {
    const [, apiId = '', stage = '', encodedId = ''] = PATH.exec(path) ?? [];
    const operation = Object.hasOwn(OPERATIONS, method) ? OPERATIONS[method] : undefined;
    if (!operation || !apiId) return answer('Unknown', path, error(403, 'ForbiddenException', 'Forbidden'), true);
    const connectionId = decodeURIComponent(encodedId);
    const resource = arn('execute-api', `${apiId}/${stage}/${method}/@connections/${connectionId}`);
    // The message of API Gateway contains neither the connection nor the full account number.
    const shown = resource.replace(ACCOUNT, `********${ACCOUNT.slice(-4)}`).replace(connectionId, '{connectionId}');
    const denial = authorize('execute-api:ManageConnections', resource, shown);
    if (denial) return answer(operation, connectionId, error(403, 'AccessDeniedException', denial.message), false);

    const gateway = gateways.find(({ api }) => api.id === apiId && api.stage === stage);
    if (!gateway) return answer(operation, connectionId, error(403, 'ForbiddenException', 'Forbidden'), true);
    if (operation === 'PostToConnection' && body.length > messageBytes) {
      return answer(operation, connectionId, error(413, 'PayloadTooLargeException', 'Message too long'), true);
    }
    const failure = operation === 'PostToConnection' && quota.failure(connectionId, Date.now());
    if (failure) {
      const fault =
        failure === 429
          ? error(429, 'LimitExceededException', 'Rate exceeded')
          : error(500, 'InternalServerErrorException', 'Internal server error');
      return answer(operation, connectionId, fault, true);
    }
    if (operation === 'PostToConnection' && chaos.breaksConnection()) gateway.drop(connectionId);
    const connection = gateway.connections.get(connectionId);
    if (!connection?.open) return answer(operation, connectionId, error(410, 'GoneException'), true);
    return answer(operation, connectionId, perform(operation, connection, body), true);
  };
}

function perform(operation: string, connection: Connection, body: Buffer): Reply {
  if (operation === 'GetConnection') {
    const { connectedAt, sourceIp, userAgent } = connection.facts;
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        connectedAt: new Date(connectedAt).toISOString(),
        lastActiveAt: new Date(connection.lastActiveAt).toISOString(),
        identity: { sourceIp, userAgent: userAgent ?? '' },
      }),
    };
  }
  if (operation === 'DeleteConnection') {
    connection.close(1000, 'Connection Closed Normally');
    return { status: 204 };
  }
  if (!connection.send(body)) return error(429, 'LimitExceededException', 'The client reads too slowly');
  return { status: 200 };
}

function answer(operation: string, resource: string, reply: Reply, allowed: boolean): Answer {
  return { operation, resource, reply, allowed };
}

function error(status: number, type: string, message?: string): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': type },
    body: JSON.stringify(message === undefined ? {} : { message }),
  };
}
