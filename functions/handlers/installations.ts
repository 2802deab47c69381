import { serveRoutes } from '../http/app.ts';
import { toHandler } from '../http/lambda.ts';
import { accountErrorFormat } from '../http/routes/account-errors.ts';
import { installations } from '../http/routes/installations.ts';
import { pushCredentials } from '../http/routes/push-credentials.ts';

const app = serveRoutes([...installations.routes, ...pushCredentials.routes], accountErrorFormat);

export const handler = toHandler(app, accountErrorFormat);
