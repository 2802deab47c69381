import { redirectTrailingSlash, serveRoutes } from '../http/app.ts';
import { toHandler } from '../http/lambda.ts';
import { accountErrorFormat } from '../http/routes/account-errors.ts';
import { accounts } from '../http/routes/account-routes.ts';

const app = serveRoutes(accounts.routes, accountErrorFormat);
redirectTrailingSlash(app, '/2.0/installations', accountErrorFormat);

export const handler = toHandler(app, accountErrorFormat);
