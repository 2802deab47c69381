import { serveRoutes } from '../http/app.ts';
import { toHandler } from '../http/lambda.ts';
import { relations } from '../http/routes/relations.ts';

export const handler = toHandler(serveRoutes(relations.routes));
