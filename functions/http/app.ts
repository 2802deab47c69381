import type { Context } from 'hono';
import { Hono } from 'hono/tiny';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { addLogContext } from '../observe/observed.ts';
import { publicError } from '../observe/public-error.ts';
import { clientAddress } from '../shared/client-address.ts';
import { NEXT_SKIP } from '../shared/constants.ts';
import { ChatError, ERROR, Forbidden, NotLoggedIn, TooManyRequests } from '../shared/errors.ts';
import { parse, parseJson } from '../shared/parse.ts';
import { masterOnly } from './access.ts';
import { authenticateRequest } from './authenticate.ts';
import { isForm, readFile } from './form.ts';
import { checkBody, queryOf } from './request-text.ts';
import { fitting } from './response-size.ts';
import type { Route } from './route.ts';
import { STATUS } from './status.ts';

/** Converts an error to the status and body of a response. */
export type ErrorFormat = (error: ChatError) => { readonly status: ContentfulStatusCode; readonly body: object };

export const chatErrorFormat: ErrorFormat = (error) => ({
  status: error instanceof Forbidden ? 403 : error instanceof TooManyRequests ? 429 : STATUS[error.code],
  body: { errorCode: error.code, errorMessage: error.message },
});

/**
 * Serves a table of routes. It ignores trailing slashes.
 * @param elsewhere methods of the same paths that another function serves
 */
export function serveRoutes(
  routes: readonly Route[],
  format = chatErrorFormat,
  elsewhere: readonly Pick<Route, 'method' | 'path'>[] = [],
): Hono {
  const app = new Hono({ strict: false });
  for (const route of routes) app.on(route.method, route.path, (context) => serve(route, context));
  for (const path of new Set(routes.map((route) => route.path))) {
    const methods = [...routes, ...elsewhere].filter((route) => route.path === path).map(({ method }) => method);
    app.all(path, (context) => wrongMethod(context, methods, format));
  }
  const failure = (context: Context, error: ChatError) => {
    const { status, body } = format(error);
    return context.json(body, status);
  };
  app.notFound((context) => failure(context, new ChatError(ERROR.notFound, `There is nothing at ${context.req.path}`)));
  app.onError((error, context) => failure(context, publicError(error)));
  return app;
}

/**
 * Redirects a path with a trailing slash to a path of another function, because the gateway does not match the slash.
 * Without the slash, only requests with an unsupported method reach this function.
 */
export function redirectTrailingSlash(app: Hono, path: string, format = chatErrorFormat): void {
  app.all(path, (context) =>
    // Not `req.path`, from which Hono has removed the slash.
    new URL(context.req.url).pathname === path
      ? wrongMethod(context, ['GET', 'HEAD'], format)
      : context.redirect(path, 308),
  );
}

async function serve(route: Route, context: Context): Promise<Response> {
  const now = Date.now();
  const { req } = context;
  const caller = await authenticateRequest((name) => req.header(name), now);
  const { app } = caller;
  addLogContext({ app: app.id });
  const strict = route.strict ? route.strict === 'always' : app.mode === 'strict';
  if (strict && caller.holds === 'client key') {
    if (route.access === masterOnly)
      throw new Forbidden('This request needs the master key: send it as X-ML-MasterKey');
    throw new NotLoggedIn('The client key alone only allows a login; send a session token as X-ML-Session-Token');
  }
  const contentType = req.header('content-type') ?? '';
  const form = isForm(contentType) ? route.form : undefined;
  // In open mode, the client key has access, but a token without it does not.
  const restrictedTo = caller.holds === 'token' && (strict || caller.alone) ? caller.principal : undefined;
  const request = {
    app,
    principal: caller.holds === 'token' ? caller.principal : undefined,
    restrictedTo,
    isMaster: caller.holds === 'master key',
    session: caller.holds === 'token' ? caller.session : undefined,
    params: parse(route.params, req.param(), 'path'),
    query: route.query && parse(route.query, queryOf(new URL(req.url).searchParams), 'query'),
    body: form ? undefined : route.body && parse(route.body, parseJson(checkBody(await req.text()), 'body'), 'body'),
    address: clientAddress(req.header()),
    now,
  };
  if (restrictedTo && !(await route.access(restrictedTo, request))) {
    throw new Forbidden(`${restrictedTo.id} has no permission to ${req.method} ${req.path}`);
  }
  if (caller.holds === 'master key') await route.audit?.(request);
  const answer = form
    ? await form.handle({
        ...request,
        body: await readFile(contentType, await req.arrayBuffer(), [form.field, form.oldField]),
      })
    : await route.handle(request);
  if (route.status === 204) return context.body(null, 204);
  if (!Array.isArray(answer) || !isPage(request.query)) return context.json(answer, route.status);
  const list = fitting(answer);
  const next = { [NEXT_SKIP]: String(request.query.skip + list.length) };
  return context.json(list, route.status, list.length < answer.length ? next : {});
}

/** Whether a request supports paging, so that a client can request the rest of a list. */
function isPage(query: unknown): query is { readonly skip: number } {
  return typeof query === 'object' && query !== null && 'skip' in query && typeof query.skip === 'number';
}

function wrongMethod(context: Context, methods: readonly string[], format: ErrorFormat): Response {
  const allowed = methods.join(', ');
  const error = new ChatError(
    ERROR.unsupported,
    `The method ${context.req.method} is not supported here; expected ${allowed}`,
  );
  return context.json(format(error).body, 405, { allow: allowed });
}
