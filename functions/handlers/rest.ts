import { serveRoutes } from '../http/app.ts';
import { toHandler } from '../http/lambda.ts';
import { sections } from '../http/routes/routes.ts';

const app = serveRoutes(sections.flatMap(({ routes }) => routes));
// With a slash behind them, the gateway does not know these paths of other functions.
for (const path of ['/docs', '/openapi.json', '/attachment']) {
  app.all(path, (context) => context.redirect(path, 308));
}

export const handler = toHandler(app);
