import { serveRoutes } from '../http/app.ts';
import { toHandler } from '../http/lambda.ts';
import { accountErrorFormat } from '../http/routes/account-errors.ts';
import { accounts } from '../http/routes/account-routes.ts';

const app = serveRoutes(accounts.routes, accountErrorFormat);
// With a slash behind it, the gateway does not know this path of another function.
const installations = '/2.0/installations';
app.all(installations, (context) => context.redirect(installations, 308));

export const handler = toHandler(app, accountErrorFormat);
