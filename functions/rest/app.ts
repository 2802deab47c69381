import { type Context, Hono } from 'hono';
import { ChatError, ERROR, Forbidden, publicError } from '../chat/errors.ts';
import { parse, parseJson } from '../chat/parse.ts';
import { authenticateRequest } from './authenticate.ts';
import type { Route } from './route.ts';
import { sections } from './routes.ts';
import { STATUS } from './status.ts';

const routes = sections.flatMap((section) => section.routes);

/** The REST surface, from the table of routes. A trailing slash changes nothing. */
export function createRestApp(): Hono {
  const app = new Hono({ strict: false });
  for (const route of routes) app.on(route.method, route.path, (context) => serve(route, context));
  for (const path of new Set(routes.map((route) => route.path))) app.all(path, (context) => wrongMethod(context, path));
  app.all('/socket.io/*', noPolling);
  // With a slash behind them, the gateway does not know the paths of the description.
  for (const path of ['/docs', '/openapi.json']) app.get(path, (context) => context.redirect(path, 308));
  app.notFound((context) => failure(context, new ChatError(ERROR.notFound, `There is nothing at ${context.req.path}`)));
  app.onError((error, context) => failure(context, publicError(error)));
  return app;
}

async function serve(route: Route, context: Context): Promise<Response> {
  const now = Date.now();
  const { req } = context;
  const caller = await authenticateRequest((name) => req.header(name), now);
  const { app } = caller;
  if (app.mode === 'strict' && caller.holds === 'client key') {
    throw new Forbidden('The client key alone may only log in here; send the token of a login as X-ML-Session-Token');
  }
  const request = {
    app,
    params: parse(route.params, req.param(), 'path'),
    query: route.query && parse(route.query, queryOf(req.queries()), 'query'),
    body: route.body && parse(route.body, parseJson(await req.text(), 'The body'), 'body'),
    now,
  };
  if (app.mode === 'strict' && caller.holds === 'token' && !(await route.access(caller.principal, request))) {
    throw new Forbidden(`${caller.principal.id} may not ${req.method} ${req.path}`);
  }
  const answer = await route.handle(request);
  return route.status === 204 ? context.body(null, 204) : context.json(answer, route.status);
}

/** The query by name: the value, or a list of them where a name came more than once. */
function queryOf(all: Record<string, string[]>): Record<string, string | string[]> {
  return Object.fromEntries(Object.entries(all).map(([name, values]) => [name, one(values)]));
}

const one = ([first = '', ...others]: string[]) => (others.length > 0 ? [first, ...others] : first);

function failure(context: Context, error: ChatError): Response {
  return context.json(
    { errorCode: error.code, errorMessage: error.message },
    error instanceof Forbidden ? 403 : STATUS[error.code],
  );
}

function wrongMethod(context: Context, path: string): Response {
  const allowed = routes.filter((route) => route.path === path).map((route) => route.method);
  const message = `${context.req.method} is not possible here; ${allowed.join(', ')} is`;
  return context.json({ errorCode: ERROR.unsupported, errorMessage: message }, 405, { allow: allowed.join(', ') });
}

/** Socket.IO's polling transport cannot be had on API Gateway; say so in the words of an Engine.IO server. */
function noPolling(context: Context): Response {
  const message = "Only the websocket transport is served here: connect with transports: ['websocket']";
  return context.json({ code: 0, message }, 400);
}
