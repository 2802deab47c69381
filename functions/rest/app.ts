import { type Context, Hono } from 'hono';
import { ChatError, ERROR, type ErrorCode, publicError } from '../chat/errors.ts';
import { parse, parseJson } from '../chat/parse.ts';
import { authenticateRequest } from './authenticate.ts';
import { friends } from './friends.ts';
import type { Route } from './route.ts';
import { users } from './users.ts';

const routes: readonly Route[] = [...users, ...friends];

/** The HTTP status that fits each of MaxIM's codes; clients of MaxIM look at the code only. */
const STATUS: Record<ErrorCode, 400 | 401 | 404 | 409 | 413 | 500 | 501> = {
  [ERROR.badParameter]: 400,
  [ERROR.database]: 500,
  [ERROR.notAuthorised]: 401,
  [ERROR.notFound]: 404,
  [ERROR.conflict]: 409,
  [ERROR.memberLimit]: 409,
  [ERROR.unsupported]: 501,
  [ERROR.tooLong]: 413,
};

/** The REST surface, from the table of routes. A trailing slash changes nothing. */
export function createRestApp(): Hono {
  const app = new Hono({ strict: false });
  for (const route of routes) app.on(route.method, route.path, (context) => serve(route, context));
  for (const path of new Set(routes.map((route) => route.path))) app.all(path, (context) => wrongMethod(context, path));
  app.all('/socket.io/*', noPolling);
  app.notFound((context) => failure(context, new ChatError(ERROR.notFound, `There is nothing at ${context.req.path}`)));
  app.onError((error, context) => failure(context, publicError(error)));
  return app;
}

async function serve(route: Route, context: Context): Promise<Response> {
  const app = await authenticateRequest((name) => context.req.header(name));
  const { req } = context;
  const answer = await route.handle({
    app,
    params: parse(route.params, req.param(), 'path'),
    query: route.query && parse(route.query, req.query(), 'query'),
    body: route.body && parse(route.body, parseJson(await req.text(), 'The body'), 'body'),
    now: Date.now(),
  });
  return route.status === 204 ? context.body(null, 204) : context.json(answer, route.status);
}

function failure(context: Context, error: ChatError): Response {
  return context.json({ errorCode: error.code, errorMessage: error.message }, STATUS[error.code]);
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
