import type { Context } from 'hono';
import { serveRoutes } from './app.ts';
import { toHandler } from './lambda.ts';
import { sections } from './routes.ts';

const app = serveRoutes(sections.flatMap(({ routes }) => routes));
app.all('/socket.io/*', noPolling);
// With a slash behind them, the gateway does not know these paths of other functions.
for (const path of ['/docs', '/openapi.json', '/2.0/installations']) {
  app.all(path, (context) => context.redirect(path, 308));
}

/** Socket.IO's polling transport cannot be had on API Gateway; say so in the words of an Engine.IO server. */
function noPolling(context: Context): Response {
  const message = "Only the websocket transport is served here: connect with transports: ['websocket']";
  return context.json({ code: 0, message }, 400);
}

export const handler = toHandler(app);
