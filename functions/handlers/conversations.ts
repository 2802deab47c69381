import { serveRoutes } from '../http/app.ts';
import { toHandler } from '../http/lambda.ts';
import { conversations } from '../http/routes/conversations.ts';
import { messageChanges } from '../http/routes/message-changes.ts';

export const handler = toHandler(serveRoutes([...conversations.routes, ...messageChanges.routes]));
