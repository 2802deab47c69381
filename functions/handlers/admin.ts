import { serveRoutes } from '../http/app.ts';
import { toHandler } from '../http/lambda.ts';
import { administration } from '../http/routes/administration.ts';

export const handler = toHandler(serveRoutes(administration.routes));
