import { serveRoutes } from '../http/app.ts';
import { toHandler } from '../http/lambda.ts';
import { moderation } from '../http/routes/moderation.ts';

export const handler = toHandler(serveRoutes(moderation.routes));
