import { serveRoutes } from '../http/app.ts';
import { toHandler } from '../http/lambda.ts';
import { messageChanges } from '../http/routes/message-changes.ts';

export const handler = toHandler(serveRoutes(messageChanges.routes));
