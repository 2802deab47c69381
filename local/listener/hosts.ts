import { S3_PREFIX } from '../s3/address.ts';
import { REGION, URL_SUFFIX } from '../template/names.ts';

/**
 * Replaces AWS host names with local addresses. Templates build URLs such as
 * `https://{apiId}.execute-api.{region}.amazonaws.com/{stage}`. The replacements are:
 *
 * | URL in the template           | in functions                 | in outputs            |
 * |-------------------------------|------------------------------|-----------------------|
 * | https, of the WebSocket API   | the gate (management API)    | the gate              |
 * | wss, of the WebSocket API     | ws:// + that API's host      | the same              |
 * | https, of the HTTP API        | that API's host              | the same              |
 * | https, of Lambda's own API     | the gate                     | the gate              |
 * | https, of a bucket            | S3 under the public origin   | the same              |
 * | any, of the distribution      | the public origin            | the same              |
 */
export interface Hosts {
  gate: string;
  origin: string;
  /** The APIs by id: their protocol and their origin. */
  apis: ReadonlyMap<string, { protocol: string; origin: string }>;
  /** The host names of the distributions, including aliases. */
  distributions: ReadonlySet<string>;
}

const HOST = new RegExp(
  `(https|wss)://([a-z0-9]+)\\.execute-api\\.${REGION}\\.${URL_SUFFIX.replace('.', '\\.')}(/[^\\s"',]*)?`,
  'g',
);

const BUCKET = new RegExp(`https://([a-z0-9.-]+)\\.s3\\.${REGION}\\.${URL_SUFFIX.replace('.', '\\.')}/`, 'g');

const LAMBDA = `https://lambda.${REGION}.${URL_SUFFIX}/`;

export const MANAGEMENT_PREFIX = '/_execute-api/';

/** A name with dots can be the host name of a distribution. */
const NAME = /(https:\/\/|wss:\/\/)?\b((?:[a-z0-9-]+\.)+[a-z]+)\b/g;

export function rewriteHosts(value: string, hosts: () => Hosts): string {
  return value
    .replace(NAME, (match, scheme: string | undefined, host: string) => {
      const { origin, distributions } = hosts();
      if (!distributions.has(host)) return match;
      const [, authority = ''] = origin.split('//');
      return scheme === undefined ? authority : `${scheme === 'wss://' ? 'ws' : 'http'}://${authority}`;
    })
    .replace(BUCKET, (_, bucket: string) => `${hosts().origin}${S3_PREFIX}/${bucket}/`)
    .replaceAll(LAMBDA, () => `${hosts().gate}/`)
    .replace(HOST, (match, scheme: string, apiId: string, path = '') => {
      const { gate, apis } = hosts();
      const api = apis.get(apiId);
      if (!api) return match;
      if (scheme === 'wss') return `${api.origin.replace(/^http/, 'ws')}${path}`;
      return api.protocol === 'WEBSOCKET' ? `${gate}${MANAGEMENT_PREFIX}${apiId}${path}` : `${api.origin}${path}`;
    });
}
