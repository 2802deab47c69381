import { serveRoutes } from '../http/app.ts';
import { toHandler } from '../http/lambda.ts';
import { attachments } from '../http/routes/attachments.ts';

export const handler = toHandler(serveRoutes(attachments.routes));
