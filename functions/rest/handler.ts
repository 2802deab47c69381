import { serveRoutes } from './app.ts';
import { toHandler } from './lambda.ts';
import { sections } from './routes.ts';

const app = serveRoutes(sections.flatMap(({ routes }) => routes));
// With a slash behind them, the gateway does not know these paths of other functions.
for (const path of ['/docs', '/openapi.json', '/attachment']) {
  app.all(path, (context) => context.redirect(path, 308));
}

export const handler = toHandler(app);
