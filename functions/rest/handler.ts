import { serveRoutes } from './app.ts';
import { toHandler } from './lambda.ts';
import { sections } from './routes.ts';

const app = serveRoutes(sections.flatMap(({ routes }) => routes));
// With a slash behind them, the gateway does not know the paths of the description.
for (const path of ['/docs', '/openapi.json']) app.get(path, (context) => context.redirect(path, 308));

export const handler = toHandler(app);
