import { chatErrorFormat, redirectTrailingSlash, serveRoutes } from '../http/app.ts';
import { toHandler } from '../http/lambda.ts';
import { sections } from '../http/routes/routes.ts';

const app = serveRoutes(
  sections.flatMap(({ routes }) => routes),
  chatErrorFormat,
  // The function `moderation` deletes users.
  [{ method: 'DELETE', path: '/ctx/:id' }],
);
for (const path of ['/docs', '/openapi.json', '/attachment', '/statistics', '/settings', '/audit']) {
  redirectTrailingSlash(app, path);
}

export const handler = toHandler(app);
