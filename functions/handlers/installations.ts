import { serveRoutes } from '../http/app.ts';
import { toHandler } from '../http/lambda.ts';
import { accountErrorFormat } from '../http/routes/account-errors.ts';
import { installations } from '../http/routes/installations.ts';
import { pushCredentials } from '../http/routes/push-credentials.ts';

export const handler = toHandler(serveRoutes([...installations.routes, ...pushCredentials.routes], accountErrorFormat));
