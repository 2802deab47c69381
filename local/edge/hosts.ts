import { REGION, URL_SUFFIX } from '../template/names.ts';

/**
 * Hostnames that AWS would serve are answered here. Templates build URLs such as
 * `https://{apiId}.execute-api.{region}.amazonaws.com/{stage}`; whoever gets one must be led to this machine instead:
 *
 * | URL in the template           | a function gets              | people get (outputs)  |
 * |-------------------------------|------------------------------|-----------------------|
 * | https, of the WebSocket API   | the gate (management API)    | the gate              |
 * | wss, of the WebSocket API     | ws:// + the public origin    | the same              |
 * | https, of the HTTP API        | the public origin            | the same              |
 * | https, of Lambda's own API     | the gate                     | the gate              |
 * | any, of the distribution      | the public origin            | the same              |
 */
export interface Hosts {
  gate: string;
  origin: string;
  /** Ids of the WebSocket APIs. */
  webSocketApis: ReadonlySet<string>;
  /** The distributions' host names, their aliases among them. */
  distributions: ReadonlySet<string>;
}

const HOST = new RegExp(
  `(https|wss)://([a-z0-9]+)\\.execute-api\\.${REGION}\\.${URL_SUFFIX.replace('.', '\\.')}(/[^\\s"',]*)?`,
  'g',
);

const LAMBDA = `https://lambda.${REGION}.${URL_SUFFIX}/`;

export const MANAGEMENT_PREFIX = '/_execute-api/';

/** Whatever has dots in it may be the name of a distribution. */
const NAME = /(https:\/\/|wss:\/\/)?\b((?:[a-z0-9-]+\.)+[a-z]+)\b/g;

export function rewriteHosts(value: string, hosts: () => Hosts): string {
  return value
    .replace(NAME, (match, scheme: string | undefined, host: string) => {
      const { origin, distributions } = hosts();
      if (!distributions.has(host)) return match;
      const [, authority = ''] = origin.split('//');
      return scheme === undefined ? authority : `${scheme === 'wss://' ? 'ws' : 'http'}://${authority}`;
    })
    .replaceAll(LAMBDA, () => `${hosts().gate}/`)
    .replace(HOST, (_match, scheme: string, apiId: string, path = '') => {
      const { gate, origin, webSocketApis } = hosts();
      if (scheme === 'wss') return origin.replace(/^http/, 'ws');
      return webSocketApis.has(apiId) ? `${gate}${MANAGEMENT_PREFIX}${apiId}${path}` : `${origin}${path}`;
    });
}
