import type { IncomingMessage } from 'node:http';
import { BodyTooLarge, type Reply, readBody } from '../../shared/http.ts';
import { arn } from '../../template/names.ts';
import { HTTP_TIMEOUT_MS, type Integrator } from '../integration.ts';
import type { Api } from '../template.ts';
import { corsHeaders, preflight } from './cors.ts';
import { httpEvent } from './event.ts';
import { httpResponse } from './response.ts';
import { matchRoute, type RouteMatch } from './routes.ts';

const BODY_LIMIT = 10 * 1024 * 1024;

/** An HTTP API: answers preflight requests, selects the route, invokes its function and maps the response. */
export class HttpGateway {
  readonly #api: Api;
  readonly #integrator: Integrator;

  constructor(api: Api, integrator: Integrator) {
    this.#api = api;
    this.#integrator = integrator;
  }

  async handle(request: IncomingMessage): Promise<Reply> {
    const { cors } = this.#api;
    const early = cors && preflight(cors, request);
    if (early) return early;
    const reply = await this.#integrate(request);
    return cors ? { ...reply, headers: { ...reply.headers, ...corsHeaders(cors, request) } } : reply;
  }

  async #integrate(request: IncomingMessage): Promise<Reply> {
    const [path = '/'] = (request.url ?? '/').split('?');
    const match = matchRoute(this.#api, request.method ?? 'GET', path);
    if (!match?.route.fn) return message(404, 'Not Found');
    let body: Buffer;
    try {
      body = await readBody(request, BODY_LIMIT);
    } catch (error) {
      if (error instanceof BodyTooLarge) return message(413, 'Request Entity Too Large');
      throw error;
    }
    const event = httpEvent(this.#api, request, body, match);
    const trigger = `http ${match.route.key}`;
    const sourceArn = this.#sourceArn(request, match);
    const result = await this.#integrator.invoke(match.route.fn, event, trigger, sourceArn, HTTP_TIMEOUT_MS);
    if (!result.ok && result.reason === 'timeout') return message(503, 'Service Unavailable');
    const reply = result.ok ? httpResponse(result.value) : undefined;
    return reply ?? message(500, 'Internal Server Error');
  }

  /** The source ARN for Lambda permissions: `{api}/{stage}/{method}{path template}`, or the default route's key. */
  #sourceArn(request: IncomingMessage, { route }: RouteMatch): string {
    const template = route.key.split(' ')[1];
    const target = template === undefined ? route.key : `${request.method}${template}`;
    return arn('execute-api', `${this.#api.id}/${this.#api.stage}/${target}`);
  }
}

function message(status: number, text: string): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ message: text }) };
}
