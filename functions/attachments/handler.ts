import { serveRoutes } from '../rest/app.ts';
import { toHandler } from '../rest/lambda.ts';
import { attachments } from './routes.ts';

export const handler = toHandler(serveRoutes(attachments.routes));
