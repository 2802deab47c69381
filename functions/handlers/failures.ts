import { serveRoutes } from '../http/app.ts';
import { toHandler } from '../http/lambda.ts';
import { failures } from '../http/routes/failures.ts';

export const handler = toHandler(serveRoutes(failures.routes));
